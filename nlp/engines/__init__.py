"""One file, one engine: the name in harken.yaml is the name of the module."""
