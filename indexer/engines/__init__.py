"""One file an engine; its name in harken.yaml is the name of the file."""
