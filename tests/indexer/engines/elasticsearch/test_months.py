"""The law of the months: whatever fails in between, a mention stands in one index, as it last was.

Against a toy of the server that keeps what Elasticsearch promises of external versions: a write or
delete of an older or equal version is a conflict, in each index by itself.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.change import ChangeOutcome, ChangeResult, Delete, Upsert
from indexer.engines.elasticsearch.bulk import (
    DocumentLocation,
    PlannedWrite,
    bulk_lines,
    has_full_disk,
    outcomes,
    plan_change,
)
from indexer.engines.elasticsearch.mapping import month_index
from tests.indexer.factories import SECOND, delete, key, upsert

MONTH = 31 * 86_400
BUSY = {"status": 429, "error": {"type": "es_rejected_execution_exception"}}
CONFLICT = {"status": 409, "error": {"type": "version_conflict_engine_exception"}}


class Toy:
    """Indices of (version, document); a deleted mention leaves its version, as in gc_deletes."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], tuple[int, object]] = {}

    def places(self, mention: str) -> list[DocumentLocation]:
        """Where a search finds it."""
        return [
            DocumentLocation(index, version)
            for (index, one), (version, document) in self.kept.items()
            if one == mention and document is not None
        ]

    def bulk(self, body, refused):
        """The answer to each action; those whose turn is in *refused* meet a busy server."""
        rest = iter(body)
        for turn, line in enumerate(rest, start=1):
            [(kind, target)] = line.items()
            document = next(rest) if kind == "index" else None
            yield {kind: BUSY if turn in refused else self._do(target, document)}

    def _do(self, target, document):
        place = target["_index"], target["_id"]
        if target["version"] <= self.kept.get(place, (0, None))[0]:
            return CONFLICT
        self.kept[place] = target["version"], document
        return {"status": 200}


def send(server, change, refused=()):
    """The fate of *change*, as the engine finds it."""
    found = plan_change(change, "t", server.places(change.id))
    if isinstance(found, ChangeOutcome):
        return found.result
    [one] = outcomes([found], server.bulk(bulk_lines([found]), refused))
    return one.result


CHANGES = st.one_of(
    st.builds(lambda month: ("upsert", month), st.integers(0, 3)), st.just(("delete", 0))
)


def made(number, kind, month):
    """Change *number* of the one mention."""
    if kind == "delete":
        return delete(number, "a")
    return upsert(number, "a", f"text {number}", published=SECOND - month * MONTH)


@settings(max_examples=60)
@given(
    st.lists(CHANGES, min_size=1, max_size=8),
    st.lists(st.frozensets(st.integers(1, 4)), max_size=20),
)
def test_tried_again_until_it_passes_a_change_leaves_one_place(story, refusals):
    """Any parts of any request may be refused; the same change is then sent again."""
    server, refusals = Toy(), list(refusals)
    for number, (kind, month) in enumerate(story, start=1):
        change = made(number, kind, month)
        while send(server, change, refusals.pop() if refusals else ()) is ChangeResult.RETRY:
            pass
        _stands_as(server, change)


@settings(max_examples=60)
@given(st.lists(CHANGES, min_size=2, max_size=6), st.data())
def test_a_replay_after_a_crash_ends_at_the_same_place(story, data):
    """The follower's position lags behind: a tail of the feed is told again, the newest last."""
    server = Toy()
    changes = [made(number, *said) for number, said in enumerate(story, start=1)]
    for change in changes:
        send(server, change)
    for change in changes[data.draw(st.integers(0, len(changes) - 1)) :]:
        assert send(server, change) in (ChangeResult.OK, ChangeResult.STALE)
    _stands_as(server, changes[-1])


def _stands_as(server: Toy, change: Upsert | Delete) -> None:
    found = server.places(key("a"))
    if isinstance(change, Delete):
        assert found == []
        return
    assert found == [DocumentLocation(month_index("t", change.document.published), change.number)]


@given(st.lists(st.tuples(CHANGES, st.integers(0, 3)), max_size=6))
def test_each_change_hears_the_answers_to_its_own_actions(story):
    """A request of several changes is answered action by action, in order."""
    sendings = []
    for number, ((kind, month), elsewhere) in enumerate(story, start=10):
        places = [DocumentLocation(f"t-v1-{n}", 1) for n in range(elsewhere)]
        found = plan_change(made(number, kind, month), "t", places)
        if isinstance(found, PlannedWrite):
            sendings.append(found)
    answers = [
        {"index": {"status": 200 + number}}
        for number, sending in enumerate(sendings)
        for _ in sending.actions
    ]
    assert len(outcomes(sendings, answers)) == len(sendings)
    busy = [
        {"index": BUSY if number == len(sendings) - 1 else {"status": 200}}
        for number, sending in enumerate(sendings)
        for _ in sending.actions
    ]
    fates = [one.result for one in outcomes(sendings, busy)]
    assert fates == [*[ChangeResult.OK] * (len(sendings) - 1), ChangeResult.RETRY][: len(sendings)]


def test_one_full_disk_among_the_answers_stops_all():
    full = {"type": "cluster_block_exception", "reason": "disk usage exceeded flood-stage"}
    fine = {"index": {"status": 200}}
    assert not has_full_disk([fine, {"delete": BUSY}])
    assert has_full_disk([fine, {"index": {"status": 429, "error": full}}])
