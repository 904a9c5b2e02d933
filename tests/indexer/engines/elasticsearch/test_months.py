"""Indices by month: after any failure, the newest version of a mention is in exactly one index.

The stub of the server handles external versions like Elasticsearch: in each index, a write or
deletion of an older or equal version is a conflict.
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


class StubServer:
    """Indices of (version, document); a deleted mention leaves its version, as in gc_deletes."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], tuple[int, object]] = {}

    def locations(self, mention: str) -> list[DocumentLocation]:
        """Return the locations that a search for the mention finds."""
        return [
            DocumentLocation(index, version)
            for (index, one), (version, document) in self.entries.items()
            if one == mention and document is not None
        ]

    def bulk(self, body, busy_turns):
        """Yield the response to each action; the server is busy for those in *busy_turns*."""
        rest = iter(body)
        for turn, line in enumerate(rest, start=1):
            [(kind, target)] = line.items()
            document = next(rest) if kind == "index" else None
            yield {kind: BUSY if turn in busy_turns else self._do(target, document)}

    def _do(self, target, document):
        location = target["_index"], target["_id"]
        if target["version"] <= self.entries.get(location, (0, None))[0]:
            return CONFLICT
        self.entries[location] = target["version"], document
        return {"status": 200}


def send(server, change, busy_turns=()):
    """Send *change* as the engine does; return its result."""
    plan = plan_change(change, "t", server.locations(change.id))
    if isinstance(plan, ChangeOutcome):
        return plan.result
    [one] = outcomes([plan], server.bulk(bulk_lines([plan]), busy_turns))
    return one.result


CHANGES = st.one_of(
    st.builds(lambda month: ("upsert", month), st.integers(0, 3)), st.just(("delete", 0))
)


def make_change(number, kind, month):
    """Return change *number* of the only mention."""
    if kind == "delete":
        return delete(number, "a")
    return upsert(number, "a", f"text {number}", published=SECOND - month * MONTH)


@settings(max_examples=60)
@given(
    st.lists(CHANGES, min_size=1, max_size=8),
    st.lists(st.frozensets(st.integers(1, 4)), max_size=20),
)
def test_change_is_in_one_index_after_retries(acts, refusals):
    """Any actions of any request can be refused; the same change is then sent again."""
    server, refusals = StubServer(), list(refusals)
    for number, (kind, month) in enumerate(acts, start=1):
        change = make_change(number, kind, month)
        while send(server, change, refusals.pop() if refusals else ()) is ChangeResult.RETRY:
            pass
        _assert_state(server, change)


@settings(max_examples=60)
@given(st.lists(CHANGES, min_size=2, max_size=6), st.data())
def test_replay_after_a_crash_gives_the_same_state(acts, data):
    """The offset of the consumer is old: the end of the feed is sent again, the newest last."""
    server = StubServer()
    changes = [make_change(number, *values) for number, values in enumerate(acts, start=1)]
    for change in changes:
        send(server, change)
    for change in changes[data.draw(st.integers(0, len(changes) - 1)) :]:
        assert send(server, change) in (ChangeResult.OK, ChangeResult.STALE)
    _assert_state(server, changes[-1])


def _assert_state(server: StubServer, change: Upsert | Delete) -> None:
    locations = server.locations(key("a"))
    if isinstance(change, Delete):
        assert locations == []
        return
    assert locations == [
        DocumentLocation(month_index("t", change.document.published), change.number)
    ]


@given(st.lists(st.tuples(CHANGES, st.integers(0, 3)), max_size=6))
def test_each_change_gets_the_results_of_its_own_actions(acts):
    """The response to several changes has one part per action, in order."""
    planned_writes = []
    for number, ((kind, month), elsewhere) in enumerate(acts, start=10):
        places = [DocumentLocation(f"t-v1-{n}", 1) for n in range(elsewhere)]
        result = plan_change(make_change(number, kind, month), "t", places)
        if isinstance(result, PlannedWrite):
            planned_writes.append(result)
    response_parts = [
        {"index": {"status": 200 + number}}
        for number, planned_write in enumerate(planned_writes)
        for _ in planned_write.actions
    ]
    assert len(outcomes(planned_writes, response_parts)) == len(planned_writes)
    busy = [
        {"index": BUSY if number == len(planned_writes) - 1 else {"status": 200}}
        for number, planned_write in enumerate(planned_writes)
        for _ in planned_write.actions
    ]
    results = [one.result for one in outcomes(planned_writes, busy)]
    assert (
        results
        == [*[ChangeResult.OK] * (len(planned_writes) - 1), ChangeResult.RETRY][
            : len(planned_writes)
        ]
    )


def test_one_full_disk_is_detected_in_a_response():
    full = {"type": "cluster_block_exception", "reason": "disk usage exceeded flood-stage"}
    fine = {"index": {"status": 200}}
    assert not has_full_disk([fine, {"delete": BUSY}])
    assert has_full_disk([fine, {"index": {"status": 429, "error": full}}])
