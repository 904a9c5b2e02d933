"""Query tree -> tantivy query; the parser of tantivy finds nothing for ``a AND NOT b``."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from tantivy import FieldType, Occur, Query

from indexer.query import nodes
from indexer.query.nodes import And, Field, Not, Or, Phrase
from indexer.request import Filters


class QueryCompiler:
    """A compiler of queries for indexes of one schema."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema

    def build_query(self, query: nodes.Query, filters: Filters) -> Any:
        """Return the query with its filters; filters do not affect scores."""
        scored_query = self.compile_query(filters.narrow(query))
        if filters.since is None and filters.until is None:
            return scored_query
        time_filter = Query.range_query(
            self._schema,
            "published",
            FieldType.Integer,
            _first_second(filters.since),
            _first_second(filters.until),
            include_upper=filters.until is None,  # an open side must be inclusive
        )
        return conjunction(scored_query, Query.const_score_query(time_filter, 0.0))

    def compile_query(self, query: nodes.Query) -> Any:
        """Return the query without filters."""
        match query:
            case Phrase(words):
                return self._phrase(words)
            case Field(name, value):
                term = Query.term_query(self._schema, name, value, "basic")
                return Query.const_score_query(term, 0.0)
            case And(parts):
                return self._all_of(parts)
            case Or(parts):
                return Query.boolean_query(
                    [(Occur.Should, self.compile_query(part)) for part in parts]
                )
            case Not():
                return self._all_of([query])
        return all_documents()

    def at_or_after(self, order: int) -> Any:
        """Return a query for all entries at *order* or after it.

        *order* is an indexer.engines.tantivy.documents.sort_order.
        """
        return self._orders(None, order)

    def before(self, order: int) -> Any:
        """Return a query for all entries before *order* in the order of hits."""
        return self._orders(order + 1, None)

    def at(self, order: int) -> Any:
        """Return a query for all entries at *order*."""
        return self._orders(order, order)

    def any_of(self, field: str, values: Collection[str]) -> Any:
        """Return a query for all entries with one of *values* in *field*; it gives no score."""
        terms = Query.term_set_query(self._schema, field, sorted(values))
        return Query.const_score_query(terms, 0.0)

    def excluding(self, compiled_query: Any, values: Mapping[str, Collection[str]]) -> Any:
        """Return *compiled_query* without the entries that have one of the *values* of a field."""
        exclusions = [
            (Occur.MustNot, self.any_of(field, field_values))
            for field, field_values in values.items()
            if field_values
        ]
        if not exclusions:
            return compiled_query
        return Query.boolean_query([(Occur.Must, compiled_query), *exclusions])

    def by_id(self, ids: Sequence[str]) -> Any:
        """Return a query for the entries of *ids*, tombstones too."""
        return Query.term_set_query(self._schema, "id", ids)

    def _orders(self, first: int | None, last: int | None) -> Any:
        orders = Query.range_query(self._schema, "order", FieldType.Integer, first, last)
        return Query.const_score_query(orders, 0.0)

    def _phrase(self, words: Sequence[str]) -> Any:
        if len(words) == 1:
            return Query.term_query(self._schema, "words", words[0])
        return Query.phrase_query(self._schema, "words", list(words))

    def _all_of(self, parts: Sequence[nodes.Query]) -> Any:
        clauses = [
            (Occur.MustNot, self.compile_query(part.part))
            if isinstance(part, Not)
            else (Occur.Must, self.compile_query(part))
            for part in parts
        ]
        if all(isinstance(part, Not) for part in parts):
            clauses.append((Occur.Must, all_documents()))  # the set that they are excluded from
        return Query.boolean_query(clauses)


def all_documents() -> Any:
    """Return a query for all entries except tombstones, which have no order."""
    return Query.const_score_query(Query.exists_query("order"), 0.0)


def conjunction(first: Any, second: Any) -> Any:
    """Return the conjunction of two queries."""
    return Query.boolean_query([(Occur.Must, first), (Occur.Must, second)])


def _first_second(at: datetime | None) -> int | None:
    return None if at is None else ceil(at.timestamp())
