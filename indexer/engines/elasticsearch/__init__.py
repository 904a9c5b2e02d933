"""The index in Elasticsearch 8."""

from indexer.engines.elasticsearch.index import ElasticsearchIndex

__all__ = ["ElasticsearchIndex"]
