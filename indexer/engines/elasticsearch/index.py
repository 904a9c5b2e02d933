"""The engine for several machines: Elasticsearch 8 or 9, through its client 8."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from core.errors import ConfigError
from indexer.change import Change, ChangeOutcome, ChangeResult
from indexer.document import SCHEMA
from indexer.engines.elasticsearch.bulk import (
    DocumentLocation,
    PlannedWrite,
    bulk_lines,
    chunks,
    has_full_disk,
    outcomes,
    plan_change,
)
from indexer.engines.elasticsearch.client import (
    TOO_MANY_REQUESTS,
    connect,
    disk_full_error,
    error_summary,
    is_divisible,
    translate_errors,
    without_secrets,
)
from indexer.engines.elasticsearch.dsl import (
    Dsl,
    bucket_in_seconds,
    build_query,
    histogram_aggregation,
)
from indexer.engines.elasticsearch.mapping import (
    PUBLISHED,
    document_from_source,
    index_template,
    outdated_indices,
)
from indexer.engines.elasticsearch.options import TIMEOUT_S, ElasticsearchOptions
from indexer.facets import FacetCounts, top_values
from indexer.histogram import HistogramBucket, epoch_seconds, histogram_buckets
from indexer.index import NO_FILTERS, Filters, Health, MentionIndex, check_fields, check_size
from indexer.query import Everything, Query
from indexer.results import (
    MAX_HITS,
    SearchResponse,
    Sort,
    build_hit,
    build_response,
    effective_sort,
    parse_page_token,
    parse_rank,
)

if TYPE_CHECKING:
    from elasticsearch import ApiError

MAX_RECENT_LOCATIONS: Final = 50_000  # mentions; about 10 MB

_NEWEST_FIRST: Final = [{PUBLISHED: {"order": "desc", "format": "epoch_second"}}, {"id": "asc"}]
_EMPTY_TERMS: Final = {"buckets": [], "sum_other_doc_count": 0, "doc_count_error_upper_bound": 0}


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
        # Applied, but possibly not yet visible to a search for the ids.
        self._recent_locations: dict[str, DocumentLocation] = {}

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
        """Send one request a chunk; halve a chunk that is rejected as a whole."""
        return [outcome for chunk in chunks(batch) for outcome in self._apply(chunk)]

    def refresh(self) -> None:
        """Refresh the indices of all months."""
        with translate_errors(self._server):
            self._client.indices.refresh(index=self._prefix, ignore_unavailable=True)
        self._recent_locations.clear()

    def search(
        self,
        query: Query,
        filters: Filters = NO_FILTERS,
        *,
        sort: Sort = Sort.NEWEST,
        size: int = 20,
        page_token: str | None = None,
    ) -> SearchResponse:
        """Search all months."""
        check_size(size)
        request: Dsl = {
            "query": build_query(query, filters),
            "size": size + 1,
            "track_total_hits": True,
        }
        request["source_excludes"] = ["words"]
        first_rank = None
        if effective_sort(sort, query) is Sort.RELEVANCE:
            first_rank = parse_rank(page_token)
            # Scores of several shards are comparable only with word counts over all of them.
            request |= {"search_type": "dfs_query_then_fetch", "from_": first_rank}
            request["sort"] = ["_score", *_NEWEST_FIRST]
        else:
            request |= _after_token(page_token)
        hits = self._search(**request)["hits"]
        rows = [
            build_hit(document_from_source(row["_source"]), query, row["_score"])
            for row in hits["hits"]
        ]
        return build_response(hits["total"]["value"], rows, size, first_rank)

    def facets(
        self, query: Query, filters: Filters = NO_FILTERS, *, fields: Sequence[str], n: int = 10
    ) -> Mapping[str, FacetCounts]:
        """Request longer lists from each shard until the first *n* are exact."""
        check_fields(fields)
        query_dsl = build_query(query, filters)
        order = [{"_count": "desc"}, {"_key": "asc"}]

        def top_terms(name: str, size: int) -> Mapping[str, Any]:
            """Return the first *size* values of each shard."""
            terms = {"field": name, "size": size, "shard_size": size, "order": order}
            answers = self._aggregate(query_dsl, {"top": {"terms": terms}})
            values: Mapping[str, Any] = answers.get("top", _EMPTY_TERMS)
            return values

        return {name: top_values(partial(top_terms, name), n) for name in fields}

    def count(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> int:  # noqa: B008
        """Count over all months."""
        answer = self._search(query=build_query(query, filters), size=0, track_total_hits=True)
        return int(answer["hits"]["total"]["value"])

    def ids(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> Iterator[str]:  # noqa: B008
        """Yield ids page by page; mentions indexed meanwhile may be missing."""
        request = {"query": build_query(query, filters), "size": MAX_HITS, "source": False}
        paging = _after_token(None)
        while rows := self._search(**request, **paging)["hits"]["hits"]:
            yield from (row["_id"] for row in rows)
            paging["search_after"] = rows[-1]["sort"]

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

    def _span(self, query: Query, filters: Filters) -> tuple[datetime, datetime] | None:
        aggregations = {kind: {kind: {"field": PUBLISHED}} for kind in ("min", "max")}
        answers = self._aggregate(build_query(query, filters), aggregations)
        if not answers or answers["min"]["value"] is None:
            return None
        first, last = (answers[kind]["value"] // 1000 for kind in ("min", "max"))
        return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last + 1, UTC)

    def _buckets(
        self, query: Query, filters: Filters, edges: Sequence[datetime]
    ) -> list[HistogramBucket]:
        aggregation = histogram_aggregation(list(pairwise(map(epoch_seconds, edges))))
        answers = self._aggregate(build_query(query, filters), {"bars": aggregation})
        return histogram_buckets(
            edges[:-1], map(bucket_in_seconds, answers["bars"]["buckets"] if answers else ())
        )

    def _apply(self, chunk: Sequence[Change]) -> list[ChangeOutcome]:
        locations = self._locations([change.id for change in chunk])
        results: dict[str, ChangeOutcome] = {}
        writes: list[PlannedWrite] = []
        for change in chunk:
            plan = plan_change(change, self._prefix, locations.get(change.id, ()))
            if isinstance(plan, PlannedWrite):
                writes.append(plan)
            else:
                results[change.id] = plan
        for write, outcome in zip(writes, self._send(writes), strict=True):
            results[outcome.id] = outcome
            if outcome.result is ChangeResult.OK:
                self._recent_locations[outcome.id] = write.location
        return [results[change.id] for change in chunk]

    def _locations(self, ids: Sequence[str]) -> dict[str, list[DocumentLocation]]:
        """Return the locations of each mention.

        A crash between a write and a delete leaves a mention in two months.
        """
        if len(self._recent_locations) > MAX_RECENT_LOCATIONS:
            self.refresh()
        answer = self._search(
            query={"ids": {"values": ids}}, size=10 * len(ids), source=False, version=True
        )
        locations: dict[str, list[DocumentLocation]] = {}
        for row in answer["hits"]["hits"]:
            locations.setdefault(row["_id"], []).append(
                DocumentLocation(row["_index"], row["_version"])
            )
        return locations | {
            mention_id: [self._recent_locations[mention_id]]
            for mention_id in ids
            if mention_id in self._recent_locations
        }

    def _send(self, writes: Sequence[PlannedWrite]) -> list[ChangeOutcome]:
        from elasticsearch import ApiError

        if not writes:
            return []
        client = self._client.options(retry_on_status=())
        with translate_errors(self._server):
            try:
                answer = client.bulk(operations=bulk_lines(writes))
            except ApiError as error:
                if not is_divisible(error):
                    raise
                return self._send_halves(writes, error)
        if has_full_disk(answer["items"]):
            raise disk_full_error(self._server)
        return outcomes(writes, answer["items"])

    def _send_halves(
        self, writes: Sequence[PlannedWrite], error: "ApiError"
    ) -> list[ChangeOutcome]:
        """Send the halves of a request that was rejected as a whole."""
        if len(writes) == 1:
            result = (
                ChangeResult.RETRY
                if error.status_code == TOO_MANY_REQUESTS
                else ChangeResult.REJECTED
            )
            return [
                ChangeOutcome(id=writes[0].change.id, result=result, reason=error_summary(error))
            ]
        middle = len(writes) // 2
        first = self._send(writes[:middle])
        if all(outcome.result is ChangeResult.RETRY for outcome in first):  # the server is busy
            return first + [
                ChangeOutcome(
                    id=write.change.id, result=ChangeResult.RETRY, reason=error_summary(error)
                )
                for write in writes[middle:]
            ]
        return first + self._send(writes[middle:])

    def _aggregate(self, query: Dsl, aggs: Dsl) -> Mapping[str, Any]:
        """Return the results by name; {} while there is no index."""
        response: Mapping[str, Any] = self._search(query=query, aggs=aggs, size=0)
        answers: Mapping[str, Any] = response.get("aggregations", {})
        return answers

    def _search(self, **request: Any) -> Mapping[str, Any]:
        """Search all months; an incomplete result is an error."""
        request |= {"ignore_unavailable": True, "allow_partial_search_results": False}
        with translate_errors(self._server):
            response = self._client.search(index=self._prefix, **request)
        body: Mapping[str, Any] = response.body
        return body


def _after_token(page_token: str | None) -> Dsl:
    """Return the part of a request that selects the hits after *page_token*, newest first."""
    if page_token is None:
        return {"sort": _NEWEST_FIRST}
    token = parse_page_token(page_token)
    return {"sort": _NEWEST_FIRST, "search_after": [str(token.published), token.id]}
