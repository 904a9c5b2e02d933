"""Both sides of the index benchmark write the same documents."""

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


def test_every_document_is_another_mention_of_the_last_three_months(changes):
    assert len({change.id for change in changes}) == len(changes)
    assert [change.number for change in changes] == list(range(1, 41))
    published = [change.document.published for change in changes]
    assert min(published) > indexing.NEWEST - indexing.SPAN
    assert max(published) <= indexing.NEWEST


def test_the_same_call_prepares_the_same_documents(changes):
    assert indexing.make_changes(TEXTS, 40) == changes


def test_all_of_them_are_taken_in_however_many_batches():
    changes = indexing.make_changes(TEXTS, 2 * indexing.BATCH + 1)
    with MemoryIndex() as index:
        indexing.apply_all(index, changes)
        index.refresh()
        assert index.count() == len(changes)


def test_a_change_that_is_not_taken_spoils_the_round(changes):
    broken = replace(changes[3], id="not an id")
    with MemoryIndex() as index, pytest.raises(HarkenError, match="rejected"):
        indexing.apply_all(index, [*changes[:3], broken])


def test_the_bare_client_writes_what_we_write(changes):
    """Prepared values make the very entries that our engine makes."""
    for change in changes:
        ours = build_entry(change)
        assert tantivy.Document(**ours.to_dict()).to_dict() == ours.to_dict()


@pytest.mark.parametrize("peer", ["ours", "bare"])
def test_a_round_of_either_ends_with_a_rate(changes, peer):
    laps = {
        "ours": partial(indexing.our_tantivy, changes),
        "bare": partial(
            indexing.bare_tantivy, [build_entry(change).to_dict() for change in changes]
        ),
    }
    assert laps[peer]() > 0
