"""The engine for more than one machine: Elasticsearch 8 or 9, through its client 8."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from core.errors import ConfigError
from indexer.change import Change, Fate, Outcome
from indexer.document import SCHEMA
from indexer.engines.elasticsearch.bulk import (
    Place,
    Sending,
    chunks,
    lines,
    met_full_disk,
    outcomes,
    settled,
)
from indexer.engines.elasticsearch.client import (
    BUSY,
    connect,
    disk_full,
    is_divisible,
    reason,
    translated,
    without_secrets,
)
from indexer.engines.elasticsearch.dsl import Dsl, ranges, seconds, wanted
from indexer.engines.elasticsearch.mapping import PUBLISHED, outdated, shown, template
from indexer.facets import Counted, top
from indexer.histogram import HistogramBucket, bars, epoch
from indexer.index import ALL, Filters, Health, MentionIndex, check_fields, check_size
from indexer.query import Everything, Query
from indexer.results import MOST_HITS, Page, Sort, effective, hit, mark, page, rank

if TYPE_CHECKING:
    from elasticsearch import ApiError

TIMEOUT_S: Final = 60.0  # a hung node blocks writes for 33 s before the cluster goes on without it
MOST_UNSEEN: Final = 50_000  # mentions; some 10 MB

_NEWEST: Final = [{PUBLISHED: {"order": "desc", "format": "epoch_second"}}, {"id": "asc"}]
_NO_VALUES: Final = {"buckets": [], "sum_other_doc_count": 0, "doc_count_error_upper_bound": 0}


class ElasticsearchIndex(MentionIndex):
    """The indices ``PREFIX-vSCHEMA-YYYY.MM`` of the server at *url*, read through the alias PREFIX.

    Several processes may write if no mention is written by two of them. It never waits to try
    again: what the server was too busy for comes back as Fate.RETRY.
    """

    def __init__(self, url: str, *, prefix: str = "harken", timeout: float = TIMEOUT_S) -> None:
        self._prefix = prefix
        self._server = without_secrets(url)
        self._client = connect(url, timeout)
        # Applied but perhaps not yet visible to a search for the ids.
        self._unseen: dict[str, Place] = {}

    def setup(self) -> None:
        """Put the template; the indices make themselves, one a month. Those of old schemas go."""
        name = f"{self._prefix}-v{SCHEMA}"
        with translated(self._server):
            found = self._client.options(ignore_status=404).indices.get_index_template(
                name=f"{self._prefix}-v*"
            )
            for one in found["index_templates"]:
                if one["index_template"].get("_meta", {}).get("schema", 0) > SCHEMA:
                    message = (
                        f"The index {self._prefix} on {self._server} was created by a newer Harken."
                    )
                    raise ConfigError(f"{message} Use that version, or set another index_prefix.")
            self._client.indices.put_index_template(name=name, **template(self._prefix))
            for old in outdated(self._prefix, self._client.indices.get(index=f"{self._prefix}-v*")):
                self._client.indices.delete(index=old)
        self.refresh()

    def apply(self, batch: Sequence[Change]) -> list[Outcome]:
        """One request a chunk; a chunk that cannot pass as a whole is halved."""
        return [found for chunk in chunks(batch) for found in self._apply(chunk)]

    def refresh(self) -> None:
        """Of all months."""
        with translated(self._server):
            self._client.indices.refresh(index=self._prefix, ignore_unavailable=True)
        self._unseen.clear()

    def search(
        self,
        query: Query,
        filters: Filters = ALL,
        *,
        sort: Sort = Sort.NEWEST,
        size: int = 20,
        after: str | None = None,
    ) -> Page:
        """Over all months."""
        check_size(size)
        asked: Dsl = {"query": wanted(query, filters), "size": size + 1, "track_total_hits": True}
        asked["source_excludes"] = ["words"]
        start = None
        if effective(sort, query) is Sort.RELEVANCE:
            start = rank(after)
            # Scores of several shards compare only when the words are counted over all of them.
            asked |= {"search_type": "dfs_query_then_fetch", "from_": start}
            asked["sort"] = ["_score", *_NEWEST]
        else:
            asked |= _behind(after)
        hits = self._search(**asked)["hits"]
        rows = [hit(shown(row["_source"]), query, row["_score"]) for row in hits["hits"]]
        return page(hits["total"]["value"], rows, size, start)

    def facets(
        self, query: Query, filters: Filters = ALL, *, fields: Sequence[str], n: int = 10
    ) -> Mapping[str, Counted]:
        """With longer lists from each shard until the first n are certain."""
        check_fields(fields)
        asked = wanted(query, filters)
        order = [{"_count": "desc"}, {"_key": "asc"}]

        def ask(name: str, size: int) -> Mapping[str, Any]:
            """The first *size* of each shard."""
            terms = {"field": name, "size": size, "shard_size": size, "order": order}
            found = self._aggregate(asked, {"top": {"terms": terms}})
            values: Mapping[str, Any] = found.get("top", _NO_VALUES)
            return values

        return {name: top(partial(ask, name), n) for name in fields}

    def count(self, query: Query = Everything(), filters: Filters = ALL) -> int:  # noqa: B008
        """Over all months."""
        found = self._search(query=wanted(query, filters), size=0, track_total_hits=True)
        return int(found["hits"]["total"]["value"])

    def ids(self, query: Query = Everything(), filters: Filters = ALL) -> Iterator[str]:  # noqa: B008
        """Page by page: what is published meanwhile may be missing."""
        asked = {"query": wanted(query, filters), "size": MOST_HITS, "source": False}
        behind = _behind(None)
        while rows := self._search(**asked, **behind)["hits"]["hits"]:
            yield from (row["_id"] for row in rows)
            behind["search_after"] = rows[-1]["sort"]

    def health(self) -> Health:
        """As the cluster says."""
        with translated(self._server):
            status = self._client.cluster.health()["status"]
            found = self._client.indices.stats(index=f"{self._prefix}*", metric="store")
        size = found["_all"]["total"].get("store", {}).get("size_in_bytes", 0)
        return Health(docs=self.count(), bytes=size, detail=f"cluster {status}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _span(self, query: Query, filters: Filters) -> tuple[datetime, datetime] | None:
        asked = {kind: {kind: {"field": PUBLISHED}} for kind in ("min", "max")}
        found = self._aggregate(wanted(query, filters), asked)
        if not found or found["min"]["value"] is None:
            return None
        first, last = (found[kind]["value"] // 1000 for kind in ("min", "max"))
        return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last + 1, UTC)

    def _bars(
        self, query: Query, filters: Filters, borders: Sequence[datetime]
    ) -> list[HistogramBucket]:
        asked = ranges(list(pairwise(map(epoch, borders))))
        found = self._aggregate(wanted(query, filters), {"bars": asked})
        return bars(borders[:-1], map(seconds, found["bars"]["buckets"] if found else ()))

    def _apply(self, chunk: Sequence[Change]) -> list[Outcome]:
        places = self._places([change.id for change in chunk])
        fates: dict[str, Outcome] = {}
        sendings: list[Sending] = []
        for change in chunk:
            found = settled(change, self._prefix, places.get(change.id, ()))
            if isinstance(found, Sending):
                sendings.append(found)
            else:
                fates[change.id] = found
        for sending, fate in zip(sendings, self._send(sendings), strict=True):
            fates[fate.id] = fate
            if fate.fate is Fate.OK:
                self._unseen[fate.id] = sending.place
        return [fates[change.id] for change in chunk]

    def _places(self, ids: Sequence[str]) -> dict[str, list[Place]]:
        """Where each mention stands; in two months after a crash between a write and a delete."""
        if len(self._unseen) > MOST_UNSEEN:
            self.refresh()
        found = self._search(
            query={"ids": {"values": ids}}, size=10 * len(ids), source=False, version=True
        )
        places: dict[str, list[Place]] = {}
        for row in found["hits"]["hits"]:
            places.setdefault(row["_id"], []).append(Place(row["_index"], row["_version"]))
        return places | {known: [self._unseen[known]] for known in ids if known in self._unseen}

    def _send(self, sendings: Sequence[Sending]) -> list[Outcome]:
        from elasticsearch import ApiError

        if not sendings:
            return []
        client = self._client.options(retry_on_status=())
        with translated(self._server):
            try:
                answer = client.bulk(operations=lines(sendings))
            except ApiError as error:
                if not is_divisible(error):
                    raise
                return self._halved(sendings, error)
        if met_full_disk(answer["items"]):
            raise disk_full(self._server)
        return outcomes(sendings, answer["items"])

    def _halved(self, sendings: Sequence[Sending], error: "ApiError") -> list[Outcome]:
        """Of a request that was refused as a whole: find out which part of it can pass."""
        if len(sendings) == 1:
            fate = Fate.RETRY if error.status_code == BUSY else Fate.REJECTED
            return [Outcome(id=sendings[0].change.id, fate=fate, reason=reason(error))]
        middle = len(sendings) // 2
        first = self._send(sendings[:middle])
        if all(found.fate is Fate.RETRY for found in first):  # the server is busy: leave it alone
            return first + [
                Outcome(id=one.change.id, fate=Fate.RETRY, reason=reason(error))
                for one in sendings[middle:]
            ]
        return first + self._send(sendings[middle:])

    def _aggregate(self, query: Dsl, aggs: Dsl) -> Mapping[str, Any]:
        """The answers by name; none at all while there is no index."""
        found: Mapping[str, Any] = self._search(query=query, aggs=aggs, size=0)
        answers: Mapping[str, Any] = found.get("aggregations", {})
        return answers

    def _search(self, **asked: Any) -> Mapping[str, Any]:
        """Over all months, or an error: an answer of some of them would be taken for the whole."""
        asked |= {"ignore_unavailable": True, "allow_partial_search_results": False}
        with translated(self._server):
            found = self._client.search(index=self._prefix, **asked)
        body: Mapping[str, Any] = found.body
        return body


def _behind(after: str | None) -> Dsl:
    """Newest first, from the hit behind the mark on."""
    if after is None:
        return {"sort": _NEWEST}
    last = mark(after)
    return {"sort": _NEWEST, "search_after": [str(last.published), last.id]}
