"""The encoders below Harken's adapters: one module each, from its packages to a folder."""
