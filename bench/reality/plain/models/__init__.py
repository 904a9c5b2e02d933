"""The modules that `sitecustomize` adds to ``nlp.models``."""
