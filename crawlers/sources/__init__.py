"""One module a kind of source; its name is the kind's name in harken.yaml."""
