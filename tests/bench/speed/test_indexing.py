"""Both peers of the index benchmark write the same documents."""

from dataclasses import replace
from functools import partial

import pytest
import tantivy

from bench.speed import indexing
from core.errors import HarkenError
from indexer.engines.memory import MemoryIndex
from indexer.engines.tantivy.documents import build_entry

TEXTS = ["The brake is loud.", "Größer als gedacht", "電池が熱い"]


@pytest.fixture
def changes():
    return indexing.make_changes(TEXTS, 40)


def test_documents_are_different_mentions_of_three_months(changes):
    assert len({change.id for change in changes}) == len(changes)
    assert [change.number for change in changes] == list(range(1, 41))
    dates = [change.document.published for change in changes]
    assert min(dates) > indexing.NEWEST - indexing.SPAN
    assert max(dates) <= indexing.NEWEST


def test_documents_are_reproducible(changes):
    assert indexing.make_changes(TEXTS, 40) == changes


def test_all_documents_are_indexed_in_any_number_of_batches():
    changes = indexing.make_changes(TEXTS, 2 * indexing.BATCH + 1)
    with MemoryIndex() as index:
        indexing.apply_all(index, changes)
        index.refresh()
        assert index.count() == len(changes)


def test_rejected_change_fails_the_round(changes):
    invalid_change = replace(changes[3], id="not an id")
    with MemoryIndex() as index, pytest.raises(HarkenError, match="rejected"):
        indexing.apply_all(index, [*changes[:3], invalid_change])


def test_bare_client_writes_the_same_documents(changes):
    """The values prepared for it give the entries of our engine."""
    for change in changes:
        ours = build_entry(change)
        assert tantivy.Document(**ours.to_dict()).to_dict() == ours.to_dict()


@pytest.mark.parametrize("peer", ["ours", "bare"])
def test_round_of_each_peer_has_a_rate(changes, peer):
    laps = {
        "ours": partial(indexing.our_tantivy, changes),
        "bare": partial(
            indexing.bare_tantivy, [build_entry(change).to_dict() for change in changes]
        ),
    }
    assert laps[peer]() > 0
