"""Changes -> actions of a bulk request, and its answer -> fates."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from indexer.change import Change, Fate, Outcome, Upsert, flaw
from indexer.engines.elasticsearch.mapping import month_index, source

CHUNK: Final = 500  # changes a request: of 30 kB each they stay below 100 MB, the server's limit

_NOT_FOUND: Final = 404  # of a delete: it is gone; of a write: nobody may make the index now
_LATER: Final = (_NOT_FOUND, 429, 502, 503, 504)
_CONFLICT: Final = 409  # of an external version: this state or a newer one is there

Action = list[dict[str, Any]]  # the line that says what to do, and for an index the document


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mention stood when it was last seen or written."""

    index: str | None  # None: nowhere, it was deleted
    version: int  # the number of its last change


@dataclass(frozen=True, slots=True)
class Sending:
    """A change on its way."""

    change: Change
    place: Place  # where the mention stands if it arrives
    actions: tuple[Action, ...]  # the first decides; the others delete it in other months


def chunks(batch: Sequence[Change]) -> Iterator[list[Change]]:
    """*batch* in order, in pieces of at most CHUNK that name no mention twice."""
    chunk: dict[str, Change] = {}
    for change in batch:
        if change.id in chunk or len(chunk) == CHUNK:
            yield list(chunk.values())
            chunk = {}
        chunk[change.id] = change
    if chunk:
        yield list(chunk.values())


def settled(change: Change, prefix: str, places: Sequence[Place]) -> Outcome | Sending:
    """What is to be sent for *change*, or its fate where nothing is.

    Args:
        places: where the mention stands now.
    """
    if reason := flaw(change):
        return Outcome(id=change.id, fate=Fate.REJECTED, reason=reason)
    # The server compares versions within one index, not across months.
    if any(place.version > change.number for place in places):
        return Outcome(id=change.id, fate=Fate.STALE)
    indices = {place.index for place in places if place.index}
    if isinstance(change, Upsert):
        return _written(change, month_index(prefix, change.document.published), indices)
    if not indices:
        return Outcome(id=change.id, fate=Fate.OK)
    return Sending(change, Place(None, change.number), _deletes(change, indices))


def lines(sendings: Sequence[Sending]) -> list[dict[str, Any]]:
    """The body of the request that sends them."""
    return [line for sending in sendings for action in sending.actions for line in action]


def outcomes(sendings: Sequence[Sending], answers: Iterable[Mapping[str, Any]]) -> list[Outcome]:
    """The fate of each by the answers to all their actions, in their order."""
    rest = iter(answers)
    return [outcome(one, list(islice(rest, len(one.actions)))) for one in sendings]


def outcome(sending: Sending, answers: Sequence[Mapping[str, Any]]) -> Outcome:
    """The fate of a change by the answers to its actions, in their order."""
    found = [_fate(sending.change.id, *next(iter(answer.items()))) for answer in answers]
    return next((one for one in found if one.fate is Fate.RETRY), found[0])


def met_full_disk(answers: Iterable[Mapping[str, Any]]) -> bool:
    """Whether one of the answers is :func:`is_disk_full`."""
    return any(is_disk_full(one.get("error")) for answer in answers for one in answer.values())


def is_disk_full(error: object) -> bool:
    """Whether *error* says that nothing can be written until somebody makes room."""
    return (
        isinstance(error, Mapping)
        and error.get("type") == "cluster_block_exception"
        and "disk usage" in str(error.get("reason"))
    )


def _written(change: Upsert, index: str, indices: Collection[str]) -> Sending:
    first: Action = [_line("index", index, change), source(change.document)]
    others = [other for other in indices if other != index]
    return Sending(change, Place(index, change.number), (first, *_deletes(change, others)))


def _deletes(change: Change, indices: Collection[str]) -> tuple[Action, ...]:
    return tuple([_line("delete", index, change)] for index in sorted(indices))


def _line(kind: str, index: str, change: Change) -> dict[str, Any]:
    versions = {"version": change.number, "version_type": "external"}
    return {kind: {"_index": index, "_id": change.id, **versions}}


def _fate(mention: str, kind: str, answer: Mapping[str, Any]) -> Outcome:
    status, error = answer["status"], answer.get("error")
    if status == _CONFLICT:
        return Outcome(id=mention, fate=Fate.STALE)
    if error is None or (kind == "delete" and status == _NOT_FOUND):
        return Outcome(id=mention, fate=Fate.OK)
    fate = Fate.RETRY if status in _LATER else Fate.REJECTED
    # The reason that the server gives may quote the document; the type never does.
    return Outcome(id=mention, fate=fate, reason=f"Elasticsearch: {status} {error['type']}")
