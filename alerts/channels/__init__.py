"""Channels, one file each: the name of the module is the name of the channel in harken.yaml."""
