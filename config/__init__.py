"""Settings: read once from harken.yaml and the environment, inert values below."""
