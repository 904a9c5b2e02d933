"""Changes -> actions of a bulk request, and its response -> outcomes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from indexer.change import Change, ChangeOutcome, ChangeResult, Upsert, reject_reason
from indexer.engines.elasticsearch.mapping import month_index, to_source

# Changes a request; at 30 kB each it stays below 100 MB, the limit of the server.
CHUNK_SIZE: Final = 500

_NOT_FOUND: Final = 404  # of a delete: already deleted; of a write: the index cannot be created now
_RETRY_STATUSES: Final = (_NOT_FOUND, 429, 502, 503, 504)
_CONFLICT: Final = 409  # of an external version: the index has this state or a newer one

Action = list[dict[str, Any]]  # the line of the action, and for an index action the document


@dataclass(frozen=True, slots=True)
class DocumentLocation:
    """The location of a mention at its last search or write."""

    index: str | None  # None: deleted
    version: int  # the number of its last change


@dataclass(frozen=True, slots=True)
class PlannedWrite:
    """A change that is to be sent."""

    change: Change
    location: DocumentLocation  # of the mention after the write
    actions: tuple[Action, ...]  # the change, then deletions of the mention in other months


def chunks(batch: Sequence[Change]) -> Iterator[list[Change]]:
    """Yield *batch* in order, in chunks of at most CHUNK_SIZE with each mention once."""
    chunk: dict[str, Change] = {}
    for change in batch:
        if change.id in chunk or len(chunk) == CHUNK_SIZE:
            yield list(chunk.values())
            chunk = {}
        chunk[change.id] = change
    if chunk:
        yield list(chunk.values())


def plan_change(
    change: Change, prefix: str, locations: Sequence[DocumentLocation]
) -> ChangeOutcome | PlannedWrite:
    """Return the write for *change*, or its outcome if nothing has to be sent.

    Args:
        change: any change.
        prefix: of the names of the indices.
        locations: the present locations of the mention.
    """
    if reason := reject_reason(change):
        return ChangeOutcome(id=change.id, result=ChangeResult.REJECTED, reason=reason)
    # The server compares versions within one index, not across months.
    if any(location.version > change.number for location in locations):
        return ChangeOutcome(id=change.id, result=ChangeResult.STALE)
    indices = {location.index for location in locations if location.index}
    if isinstance(change, Upsert):
        return _plan_upsert(change, month_index(prefix, change.document.published), indices)
    if not indices:
        return ChangeOutcome(id=change.id, result=ChangeResult.OK)
    return PlannedWrite(change, DocumentLocation(None, change.number), _deletes(change, indices))


def bulk_lines(writes: Sequence[PlannedWrite]) -> list[dict[str, Any]]:
    """Return the body of the bulk request for *writes*."""
    return [line for write in writes for action in write.actions for line in action]


def outcomes(
    writes: Sequence[PlannedWrite], answers: Iterable[Mapping[str, Any]]
) -> list[ChangeOutcome]:
    """Return the outcome of each write from *answers* to all their actions, in order."""
    remaining_answers = iter(answers)
    return [outcome(write, list(islice(remaining_answers, len(write.actions)))) for write in writes]


def outcome(write: PlannedWrite, answers: Sequence[Mapping[str, Any]]) -> ChangeOutcome:
    """Return the outcome of one write from *answers* to its actions, in order."""
    results = [_outcome_of(write.change.id, *next(iter(answer.items()))) for answer in answers]
    return next(
        (candidate for candidate in results if candidate.result is ChangeResult.RETRY), results[0]
    )


def has_full_disk(answers: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether :func:`is_disk_full` is true of one of *answers*."""
    return any(
        is_disk_full(action_answer.get("error"))
        for answer in answers
        for action_answer in answer.values()
    )


def is_disk_full(error: object) -> bool:
    """Return whether *error* means a full disk: writes fail until space is freed."""
    return (
        isinstance(error, Mapping)
        and error.get("type") == "cluster_block_exception"
        and "disk usage" in str(error.get("reason"))
    )


def _plan_upsert(change: Upsert, index: str, indices: Collection[str]) -> PlannedWrite:
    index_action: Action = [_action_line("index", index, change), to_source(change.document)]
    other_indices = [name for name in indices if name != index]
    return PlannedWrite(
        change,
        DocumentLocation(index, change.number),
        (index_action, *_deletes(change, other_indices)),
    )


def _deletes(change: Change, indices: Collection[str]) -> tuple[Action, ...]:
    return tuple([_action_line("delete", index, change)] for index in sorted(indices))


def _action_line(kind: str, index: str, change: Change) -> dict[str, Any]:
    versions = {"version": change.number, "version_type": "external"}
    return {kind: {"_index": index, "_id": change.id, **versions}}


def _outcome_of(mention: str, kind: str, answer: Mapping[str, Any]) -> ChangeOutcome:
    status, error = answer["status"], answer.get("error")
    if status == _CONFLICT:
        return ChangeOutcome(id=mention, result=ChangeResult.STALE)
    if error is None or (kind == "delete" and status == _NOT_FOUND):
        return ChangeOutcome(id=mention, result=ChangeResult.OK)
    result = ChangeResult.RETRY if status in _RETRY_STATUSES else ChangeResult.REJECTED
    # The reason in the response may quote the document; the type never does.
    return ChangeOutcome(
        id=mention, result=result, reason=f"Elasticsearch: {status} {error['type']}"
    )
