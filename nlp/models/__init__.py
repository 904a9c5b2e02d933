"""One file, one model: the name in harken.yaml is the name of the module."""
