"""The query language: text -> frozen tree -> matcher, tantivy or Elasticsearch. Pure."""

from indexer.query.nodes import And, Everything, Field, Not, Or, Phrase, Query
from indexer.query.parser import parse

__all__ = ["And", "Everything", "Field", "Not", "Or", "Phrase", "Query", "parse"]
