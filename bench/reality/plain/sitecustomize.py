"""Add the models of this folder to those of the product, at the start of every Python process."""

from pathlib import Path

try:
    import nlp.models
except ImportError:  # a Python without the product
    pass
else:
    nlp.models.__path__.append(str(Path(__file__).with_name("models")))
