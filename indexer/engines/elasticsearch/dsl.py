"""Query tree -> Elasticsearch DSL. Values are sent as JSON, which rules out injection."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any

from indexer.engines.elasticsearch.mapping import PUBLISHED
from indexer.query import And, Everything, Field, Not, Or, Phrase, Query
from indexer.request import Filters
from indexer.results import PageToken

Dsl = dict[str, Any]


def build_query(query: Query, filters: Filters) -> Dsl:
    """Return the DSL of the query and its filters; filters do not affect scores."""
    scored_query = compile_query(filters.narrow(query))
    times = _time_conditions(filters)
    return {"bool": {"must": [scored_query], "filter": times}} if times else scored_query


def all_conditions(filters: Filters, *others: Dsl) -> Dsl:
    """Return the DSL of *filters* without a query, and of *others*."""
    fields = [] if not filters.fields else [compile_query(filters.narrow(Everything()))]
    return {"bool": {"filter": [*_time_conditions(filters), *fields, *others]}}


def hits_after(token: PageToken) -> Dsl:
    """Return the condition for the hits after *token*, newest first."""
    second = {"format": "epoch_second", "gte": token.published, "lte": token.published}
    same_second = [{"range": {PUBLISHED: second}}, {"range": {"id": {"gt": token.id}}}]
    older = {"range": {PUBLISHED: {"format": "epoch_second", "lt": token.published}}}
    return any_condition(older, {"bool": {"filter": same_second}})


def any_condition(*options: Dsl) -> Dsl:
    """Return the disjunction of *options*."""
    return {"bool": {"should": [*options], "minimum_should_match": 1}}


def no_condition(*exclusions: Dsl) -> Dsl:
    """Return the condition that none of *exclusions* holds."""
    return {"bool": {"must_not": [*exclusions]}}


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
            return any_condition(*map(compile_query, parts))
        case Not():
            return _all_of([query])
    return {"match_all": {"boost": 0}}


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


def _time_conditions(filters: Filters) -> list[Dsl]:
    bounds = {"gte": _first_second(filters.since), "lt": _first_second(filters.until)}
    limits = {name: second for name, second in bounds.items() if second is not None}
    if not limits:
        return []
    # Without a format a date field takes numbers as milliseconds, and all of them match.
    return [{"range": {PUBLISHED: {**limits, "format": "epoch_second"}}}]


def _first_second(at: datetime | None) -> int | None:
    return None if at is None else ceil(at.timestamp())
