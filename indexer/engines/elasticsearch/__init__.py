"""An index in Elasticsearch 8 or 9, for several machines."""

from indexer.engines.elasticsearch.index import ElasticsearchIndex

__all__ = ["ElasticsearchIndex"]
