"""Ways out of the house, one file each: the module's name is the channel's name in harken.yaml."""
