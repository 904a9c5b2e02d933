"""Any sequence classifier of Hugging Face's transformers, from a folder or from the hub."""

from nlp.models.huggingface.model import HuggingFace

__all__ = ["HuggingFace"]
