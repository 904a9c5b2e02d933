"""Query tree -> Elasticsearch DSL. Values are sent as JSON, which rules out injection."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from indexer.engines.elasticsearch.mapping import PUBLISHED
from indexer.index import Filters
from indexer.query import And, Field, Not, Or, Phrase, Query

Dsl = dict[str, Any]


def build_query(query: Query, filters: Filters) -> Dsl:
    """Return the DSL of the query and its filters; filters do not affect scores."""
    scored_query = compile_query(filters.narrow(query))
    bounds = {"gte": _first_second(filters.since), "lt": _first_second(filters.until)}
    limits = {name: second for name, second in bounds.items() if second is not None}
    if not limits:
        return scored_query
    # Without a format a date field takes numbers as milliseconds, and all of them match.
    time_filter = {"range": {PUBLISHED: {**limits, "format": "epoch_second"}}}
    return {"bool": {"must": [scored_query], "filter": [time_filter]}}


def compile_query(query: Query) -> Dsl:
    """Return the DSL of the query alone."""
    match query:
        case Phrase(words):
            return _phrase(words)
        case Field(name, value):
            term = {"term": {name: {"value": value}}}
            return {"constant_score": {"filter": term, "boost": 0}}
        case And(parts):
            return _all_of(parts)
        case Or(parts):
            alternatives = [compile_query(part) for part in parts]
            return {"bool": {"should": alternatives, "minimum_should_match": 1}}
        case Not():
            return _all_of([query])
    return {"match_all": {"boost": 0}}


def histogram_aggregation(bounds: Sequence[tuple[int, int]]) -> Dsl:
    """Return the aggregation that counts each [from, to) by sentiment.

    indexer.histogram.histogram_buckets takes its result.
    """
    spans = [{"from": start, "to": end} for start, end in bounds]
    return {
        "date_range": {"field": PUBLISHED, "format": "epoch_second", "ranges": spans},
        "aggs": {"labels": {"terms": {"field": "sentiment"}}},
    }


def bucket_in_seconds(bucket: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *bucket* of :func:`histogram_aggregation` with its start in seconds.

    A date field returns milliseconds.
    """
    return {**bucket, "from": bucket["from"] // 1000}


def _all_of(parts: Sequence[Query]) -> Dsl:
    # A bool with must_not alone matches all other documents.
    return {
        "bool": {
            "must": [compile_query(part) for part in parts if not isinstance(part, Not)],
            "must_not": [compile_query(part.part) for part in parts if isinstance(part, Not)],
        }
    }


def _phrase(words: Sequence[str]) -> Dsl:
    if len(words) == 1:
        return {"term": {"words": {"value": words[0]}}}
    return {"match_phrase": {"words": {"query": " ".join(words)}}}


def _first_second(at: datetime | None) -> int | None:
    return None if at is None else ceil(at.timestamp())
