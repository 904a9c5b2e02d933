"""Kinds of sources, one module each; its name is the kind's name in harken.yaml."""
