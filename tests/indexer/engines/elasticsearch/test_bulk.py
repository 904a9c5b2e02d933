"""From changes to a bulk request, and from its answer to fates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.change import ChangeOutcome, ChangeResult
from indexer.engines.elasticsearch.bulk import (
    CHUNK_SIZE,
    DocumentLocation,
    PlannedWrite,
    chunks,
    is_disk_full,
    outcome,
    plan_change,
)
from indexer.engines.elasticsearch.mapping import month_index
from tests.indexer.factories import SECOND, delete, key, upsert

OLD, NEW = month_index("harken", SECOND - 90 * 86_400), month_index("harken", SECOND)


@given(st.lists(st.integers(0, 5)))
def test_a_chunk_names_no_mention_twice(names):
    """So that what one change did is known when the next one is sent."""
    batch = [delete(number, f"n{name}") for number, name in enumerate(names, start=1)]
    found = list(chunks(batch))
    assert [change for chunk in found for change in chunk] == batch
    assert all(len({change.id for change in chunk}) == len(chunk) for chunk in found)


def test_a_chunk_is_not_endless():
    batch = [delete(1, f"n{number}") for number in range(CHUNK_SIZE + 1)]
    assert [len(chunk) for chunk in chunks(batch)] == [CHUNK_SIZE, 1]


def sent(found: ChangeOutcome | PlannedWrite) -> list[tuple[str, str, int]]:
    assert isinstance(found, PlannedWrite)
    lines = [next(iter(action[0].items())) for action in found.actions]
    assert all(target["version_type"] == "external" for _, target in lines)
    return [(kind, target["_index"], target["version"]) for kind, target in lines]


def test_a_mention_that_moved_is_deleted_where_it_was():
    found = plan_change(
        upsert(5, "a"), "harken", [DocumentLocation(OLD, 3), DocumentLocation(NEW, 4)]
    )
    assert sent(found) == [("index", NEW, 5), ("delete", OLD, 5)]
    assert sent(plan_change(upsert(5, "a"), "harken", [])) == [("index", NEW, 5)]
    found = plan_change(
        delete(5, "a"), "harken", [DocumentLocation(OLD, 3), DocumentLocation(NEW, 4)]
    )
    assert sent(found) == [("delete", OLD, 5), ("delete", NEW, 5)]


def test_what_needs_no_request_is_settled():
    """An older change, a delete of nothing, and what no engine takes."""
    newer = [DocumentLocation(None, 9)]
    assert plan_change(upsert(5, "a"), "harken", newer) == ChangeOutcome(
        id=key("a"), result=ChangeResult.STALE
    )
    assert plan_change(delete(5, "a"), "harken", []) == ChangeOutcome(
        id=key("a"), result=ChangeResult.OK
    )
    bad = plan_change(upsert(5, "a", published=SECOND * 99), "harken", [])
    assert isinstance(bad, ChangeOutcome)
    assert bad.result is ChangeResult.REJECTED


@pytest.mark.parametrize(
    ("action", "status", "kind", "fate"),
    [
        ("index", 200, None, ChangeResult.OK),
        ("index", 201, None, ChangeResult.OK),
        ("delete", 200, None, ChangeResult.OK),
        ("delete", 404, None, ChangeResult.OK),
        ("delete", 404, "index_not_found_exception", ChangeResult.OK),
        ("index", 404, "index_not_found_exception", ChangeResult.RETRY),
        ("index", 409, "version_conflict_engine_exception", ChangeResult.STALE),
        ("delete", 409, "version_conflict_engine_exception", ChangeResult.STALE),
        ("index", 400, "document_parsing_exception", ChangeResult.REJECTED),
        ("index", 400, "strict_dynamic_mapping_exception", ChangeResult.REJECTED),
        ("index", 429, "es_rejected_execution_exception", ChangeResult.RETRY),
        ("delete", 429, "circuit_breaking_exception", ChangeResult.RETRY),
        ("index", 503, "unavailable_shards_exception", ChangeResult.RETRY),
    ],
)
def test_each_status_has_a_fate(action, status, kind, fate):
    """A refusal gives its type as the reason, and never what the server quotes of the text."""
    answer = {"status": status} | ({"error": {"type": kind, "reason": "canary"}} if kind else {})
    sending = plan_change(upsert(5, "a"), "harken", [])
    assert isinstance(sending, PlannedWrite)
    found = outcome(sending, [{action: answer}])
    assert found.result is fate
    assert bool(found.reason) == (fate in (ChangeResult.REJECTED, ChangeResult.RETRY))
    assert "canary" not in found.reason


def test_a_change_is_done_when_all_its_parts_are():
    """A delete in the old month that must be tried again brings the whole change back."""
    sending = plan_change(upsert(5, "a"), "harken", [DocumentLocation(OLD, 3)])
    assert isinstance(sending, PlannedWrite)
    busy = {"status": 429, "error": {"type": "es_rejected_execution_exception"}}
    for first, second, fate in [
        ({"status": 200}, {"status": 200}, ChangeResult.OK),
        ({"status": 200}, busy, ChangeResult.RETRY),
        ({"status": 409}, {"status": 200}, ChangeResult.STALE),
    ]:
        assert outcome(sending, [{"index": first}, {"delete": second}]).result is fate


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"type": "cluster_block_exception", "reason": "disk usage exceeded flood-stage"}, True),
        ({"type": "cluster_block_exception", "reason": "no master"}, False),
        ({"type": "circuit_breaking_exception", "reason": "disk usage"}, False),
        ("a string, when the whole request failed", False),
        (None, False),
    ],
)
def test_a_full_disk_is_told_from_a_busy_server(error, expected):
    assert is_disk_full(error) is expected
