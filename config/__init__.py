"""Settings: read once from harken.yaml and the environment, then plain values."""
