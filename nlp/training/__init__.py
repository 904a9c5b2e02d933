"""How the packaged adapter was made: ``python -m nlp.training``."""
