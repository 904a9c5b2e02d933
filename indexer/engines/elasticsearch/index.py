"""The engine for several machines: Elasticsearch 8 or 9, through its client 8."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from core.errors import ConfigError
from indexer.change import Change, ChangeOutcome
from indexer.document import SCHEMA
from indexer.engines.elasticsearch.client import connect, translate_errors, without_secrets
from indexer.engines.elasticsearch.dsl import Dsl, build_query
from indexer.engines.elasticsearch.hits import NEWEST_FIRST
from indexer.engines.elasticsearch.mapping import index_template, outdated_indices
from indexer.engines.elasticsearch.options import TIMEOUT_S, ElasticsearchOptions
from indexer.engines.elasticsearch.search import search
from indexer.engines.elasticsearch.steps import Answer, Body
from indexer.engines.elasticsearch.writer import BulkWriter
from indexer.index import Health, MentionIndex
from indexer.query import Everything, Query
from indexer.request import NO_FILTERS, Filters, SearchRequest
from indexer.results import MAX_HITS, SearchResponse


class ElasticsearchIndex(MentionIndex):
    """The indices ``PREFIX-vSCHEMA-YYYY.MM`` of the server at *url*, read through the alias PREFIX.

    Several processes may write if no two of them write the same mention. It never waits for a
    retry: a change that a busy server rejected has the outcome ChangeResult.RETRY.
    """

    Options = ElasticsearchOptions

    def __init__(self, url: str, *, prefix: str = "harken", timeout: float = TIMEOUT_S) -> None:
        self._prefix = prefix
        self._server = without_secrets(url)
        self._client = connect(url, timeout)
        self._writer = BulkWriter(
            self._client, self._server, prefix, search=self._search, refresh=self.refresh
        )

    @classmethod
    def from_options(cls, options: Any, *, state: Path, writer: bool) -> Self:  # noqa: ARG003
        """Connect to the server; it stores the mentions and accepts any number of writers."""
        return cls(options.url, prefix=options.prefix, timeout=options.timeout_s)

    def setup(self) -> None:
        """Store the template, from which the server creates one index a month.

        Delete the indices of old schemas.
        """
        name = f"{self._prefix}-v{SCHEMA}"
        with translate_errors(self._server):
            templates = self._client.options(ignore_status=404).indices.get_index_template(
                name=f"{self._prefix}-v*"
            )
            for row in templates["index_templates"]:
                if row["index_template"].get("_meta", {}).get("schema", 0) > SCHEMA:
                    message = (
                        f"The index {self._prefix} on {self._server} was created by a newer Harken."
                    )
                    raise ConfigError(f"{message} Use that version, or set another index_prefix.")
            self._client.indices.put_index_template(name=name, **index_template(self._prefix))
            for outdated_index in outdated_indices(
                self._prefix, self._client.indices.get(index=f"{self._prefix}-v*")
            ):
                self._client.indices.delete(index=outdated_index)
        self.refresh()

    def apply(self, batch: Sequence[Change]) -> list[ChangeOutcome]:
        """Send bulk requests, each mention to the index of its month."""
        return self._writer.apply(batch)

    def refresh(self) -> None:
        """Refresh the indices of all months."""
        with translate_errors(self._server):
            self._client.indices.refresh(index=self._prefix, ignore_unavailable=True)
        self._writer.recent_locations.clear()

    def search(self, request: SearchRequest) -> SearchResponse:
        """Search all months, in one request to the server or a few."""
        return search(request, self._search)

    def count(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> int:  # noqa: B008
        """Count over all months without fetching a hit."""
        body = {"query": build_query(query, filters), "size": 0, "track_total_hits": True}
        return int(self._search(body)["hits"]["total"]["value"])

    def ids(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> Iterator[str]:  # noqa: B008
        """Yield ids page by page; mentions indexed meanwhile may be missing."""
        body: Dsl = {"query": build_query(query, filters), "size": MAX_HITS, "source": False}
        body["sort"] = NEWEST_FIRST
        while rows := self._search(body)["hits"]["hits"]:
            yield from (row["_id"] for row in rows)
            body["search_after"] = rows[-1]["sort"]

    def health(self) -> Health:
        """Return the state that the cluster reports."""
        with translate_errors(self._server):
            status = self._client.cluster.health()["status"]
            stats = self._client.indices.stats(index=f"{self._prefix}*", metric="store")
        size = stats["_all"]["total"].get("store", {}).get("size_in_bytes", 0)
        return Health(docs=self.count(), bytes=size, detail=f"cluster {status}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _search(self, body: Body) -> Answer:
        """Search all months; an incomplete result is an error."""
        request = {"ignore_unavailable": True, "allow_partial_search_results": False, **body}
        with translate_errors(self._server):
            response = self._client.search(index=self._prefix, **request)
        answer: Answer = response.body
        return answer
