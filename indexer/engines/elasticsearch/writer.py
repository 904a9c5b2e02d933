"""Writes of changes: bulk requests, halved where the server rejects one as a whole."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from indexer.change import Change, ChangeOutcome, ChangeResult
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
    disk_full_error,
    error_summary,
    is_divisible,
    translate_errors,
)
from indexer.engines.elasticsearch.steps import Answer, Body

if TYPE_CHECKING:
    from elasticsearch import ApiError

MAX_RECENT_LOCATIONS: Final = 50_000  # mentions; about 10 MB


class BulkWriter:
    """The writer of one process. It never waits for a retry: see ChangeResult.RETRY."""

    def __init__(
        self,
        client: Any,
        server: str,
        prefix: str,
        *,
        search: Callable[[Body], Answer],
        refresh: Callable[[], None],
    ) -> None:
        self._client = client
        self._server = server
        self._prefix = prefix
        self._search = search
        self._refresh = refresh
        # Applied, but possibly not yet visible to a search for the ids.
        self.recent_locations: dict[str, DocumentLocation] = {}

    def apply(self, batch: Sequence[Change]) -> list[ChangeOutcome]:
        """Send one request a chunk; halve a chunk that is rejected as a whole."""
        return [outcome for chunk in chunks(batch) for outcome in self._apply(chunk)]

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
                self.recent_locations[outcome.id] = write.location
        return [results[change.id] for change in chunk]

    def _locations(self, ids: Sequence[str]) -> dict[str, list[DocumentLocation]]:
        """Return the locations of each mention.

        A crash between a write and a delete leaves a mention in two months.
        """
        if len(self.recent_locations) > MAX_RECENT_LOCATIONS:
            self._refresh()
        by_id = {"query": {"ids": {"values": ids}}, "size": 10 * len(ids)}
        answer = self._search({**by_id, "source": False, "version": True})
        locations: dict[str, list[DocumentLocation]] = {}
        for row in answer["hits"]["hits"]:
            locations.setdefault(row["_id"], []).append(
                DocumentLocation(row["_index"], row["_version"])
            )
        return locations | {
            mention_id: [self.recent_locations[mention_id]]
            for mention_id in ids
            if mention_id in self.recent_locations
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
