"""Training of the packaged adapters: ``python -m nlp.training``."""
