"""Bulk requests of changes, and the results in their response."""

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
def test_chunk_contains_no_mention_twice(names):
    """The result of one change has to be known before the next of the same mention is sent."""
    batch = [delete(number, f"n{name}") for number, name in enumerate(names, start=1)]
    result = list(chunks(batch))
    assert [change for chunk in result for change in chunk] == batch
    assert all(len({change.id for change in chunk}) == len(chunk) for chunk in result)


def test_chunk_has_a_maximum_size():
    batch = [delete(1, f"n{number}") for number in range(CHUNK_SIZE + 1)]
    assert [len(chunk) for chunk in chunks(batch)] == [CHUNK_SIZE, 1]


def actions_of(planned_write: ChangeOutcome | PlannedWrite) -> list[tuple[str, str, int]]:
    assert isinstance(planned_write, PlannedWrite)
    lines = [next(iter(action[0].items())) for action in planned_write.actions]
    assert all(target["version_type"] == "external" for _, target in lines)
    return [(kind, target["_index"], target["version"]) for kind, target in lines]


def test_mention_of_another_month_is_deleted_in_the_old_one():
    result = plan_change(
        upsert(5, "a"), "harken", [DocumentLocation(OLD, 3), DocumentLocation(NEW, 4)]
    )
    assert actions_of(result) == [("index", NEW, 5), ("delete", OLD, 5)]
    assert actions_of(plan_change(upsert(5, "a"), "harken", [])) == [("index", NEW, 5)]
    result = plan_change(
        delete(5, "a"), "harken", [DocumentLocation(OLD, 3), DocumentLocation(NEW, 4)]
    )
    assert actions_of(result) == [("delete", OLD, 5), ("delete", NEW, 5)]


def test_some_changes_need_no_request():
    """This holds for an older change, a deletion of nothing and an invalid change."""
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
    ("action", "status", "kind", "expected_result"),
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
def test_result_of_each_status(action, status, kind, expected_result):
    """The reason of a rejection is its type, without the text that the server quotes."""
    response = {"status": status} | ({"error": {"type": kind, "reason": "canary"}} if kind else {})
    planned_write = plan_change(upsert(5, "a"), "harken", [])
    assert isinstance(planned_write, PlannedWrite)
    result = outcome(planned_write, [{action: response}])
    assert result.result is expected_result
    assert bool(result.reason) == (expected_result in (ChangeResult.REJECTED, ChangeResult.RETRY))
    assert "canary" not in result.reason


def test_result_of_a_change_with_two_actions():
    """If the deletion in the old month is to be retried, the whole change is."""
    planned_write = plan_change(upsert(5, "a"), "harken", [DocumentLocation(OLD, 3)])
    assert isinstance(planned_write, PlannedWrite)
    busy = {"status": 429, "error": {"type": "es_rejected_execution_exception"}}
    for first, second, expected_result in [
        ({"status": 200}, {"status": 200}, ChangeResult.OK),
        ({"status": 200}, busy, ChangeResult.RETRY),
        ({"status": 409}, {"status": 200}, ChangeResult.STALE),
    ]:
        assert (
            outcome(planned_write, [{"index": first}, {"delete": second}]).result is expected_result
        )


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
def test_full_disk_is_not_a_busy_server(error, expected):
    assert is_disk_full(error) is expected
