"""An index of the product on an Elasticsearch, beside a client that does what operators do."""

from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from elasticsearch import Elasticsearch

from bench.reality.product import ProductError, call
from core.errors import HarkenError
from indexer.change import Change, ChangeResult
from indexer.engines.elasticsearch.index import ElasticsearchIndex
from indexer.query import parse

P = ParamSpec("P")
T = TypeVar("T")


class OperatedIndex:
    """The index *prefix* on the server at *url*, which is removed at the end.

    Attributes:
        index: the product's.
        client: the operator's.
        errors: messages of the exceptions that the product raised in `attempt`, oldest first.
    """

    def __init__(self, url: str, prefix: str) -> None:
        self._prefix = prefix
        self.index = ElasticsearchIndex(url, prefix=prefix)
        self.client = Elasticsearch(url, request_timeout=60)
        self.errors: list[str] = []

    def attempt(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Return the answer of *function*, which is the product's; None after an error."""
        try:
            return call(function, *args, **kwargs)
        except ProductError as error:
            self.errors.append(str(error))
            return None

    def apply(self, *batch: Change) -> list[ChangeResult]:
        """Apply *batch*, refresh, and return the fate of each change; none after an error."""
        outcomes = self.attempt(self.index.apply, batch)
        self.attempt(self.index.refresh)
        return [outcome.result for outcome in outcomes or ()]

    def count(self, query: str) -> int | None:
        """Return the number of hits of *query*; None after an error."""
        return self.attempt(self.index.count, parse(query))

    def index_of(self, identity: str) -> str:
        """Return the name of the index on the server that holds the mention *identity*.

        Raises:
            HarkenError: none does.
        """
        query = {"ids": {"values": [identity]}}
        hits = self.client.search(index=f"{self._prefix}*", query=query)["hits"]["hits"]
        if not hits:
            raise HarkenError(f"no index on the server holds the mention {identity}")
        return str(hits[0]["_index"])

    def delete_templates(self) -> None:
        """Delete the templates by which the server makes the product's indices."""
        lenient = self.client.options(ignore_status=404)
        answer = lenient.indices.get_index_template(name=f"{self._prefix}*")
        for row in answer.get("index_templates", []):
            self.client.indices.delete_index_template(name=row["name"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.delete_templates()
        # Also the closed ones.
        for name in self.client.indices.get(index=f"{self._prefix}*", expand_wildcards="all"):
            self.client.indices.delete(index=name)
        self.client.close()
        self.index.close()
