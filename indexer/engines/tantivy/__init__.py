"""The embedded index: tantivy."""

from indexer.engines.tantivy.index import TantivyIndex

__all__ = ["TantivyIndex"]
