"""The embedded index: tantivy in the state folder."""

from indexer.engines.tantivy.index import TantivyIndex

__all__ = ["TantivyIndex"]
