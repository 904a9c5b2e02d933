"""Deletions: two listings in a row must lack a mention; one that contains it restores it."""

from datetime import timedelta

import pytest

from core.crawl import Listing
from core.mention import Mention, MentionState
from store import changes, counts, mentions
from store.crawl.deletions import apply_listing
from store.database import Database
from tests.store.factories import NOON, begin, hear, heard, key, uri

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        begin(tx, "blog", "forum")
    hear(record, heard("a"), heard("b"), at=NOON)


def listed(record: Database, *names: str, hour: int, source: str = "blog") -> None:
    """Apply an hourly listing of *source* that covers the last day."""
    now = NOON + hour * HOUR
    one = Listing(
        since=now - 24 * HOUR,
        until=now,
        uris=frozenset(map(uri, names)),
        before=now - HOUR,
    )
    with record.write() as tx:
        apply_listing(tx, source, one, now=now)


def one(record: Database, name: str) -> Mention:
    with record.read() as tx:
        return mentions.get(tx, [key(name)])[0]


def last_change(record: Database) -> int:
    with record.read() as tx:
        return changes.last_number(tx)


def test_what_two_listings_in_a_row_lack_is_deleted_and_told(record):
    listed(record, "a", "b", hour=1)
    listed(record, "b", hour=2)
    assert one(record, "a").state == MentionState.LIVE
    number = last_change(record)
    listed(record, "b", hour=3)
    assert (one(record, "a").state, one(record, "b").state) == (
        MentionState.DELETED,
        MentionState.LIVE,
    )
    assert last_change(record) == number + 1
    with record.read() as tx:
        assert counts.by_analysis_state(tx)["deleted"] == 1


def test_one_empty_answer_deletes_nothing(record):
    """A site under repair or a cache: the next listing corrects it."""
    for hour, names in enumerate(["ab", "", "ab", "", "ab"], start=1):
        listed(record, *names, hour=hour)
    assert one(record, "a").state == one(record, "b").state == MentionState.LIVE


def test_what_was_just_heard_is_not_deleted_by_one_listing(record):
    listed(record, hour=1)
    assert one(record, "a").state == MentionState.LIVE


def test_a_listing_says_nothing_of_what_lies_outside_its_stretch(record):
    hear(record, heard("old", published=NOON - 48 * HOUR), at=NOON)
    for hour in (1, 2, 3):
        listed(record, "a", "b", hour=hour)
    assert one(record, "old").state == MentionState.LIVE


def test_a_listing_says_nothing_of_what_another_source_heard(record):
    hear(record, heard("elsewhere"), source="forum", at=NOON)
    for hour in (1, 2, 3):
        listed(record, "a", "b", hour=hour)
    assert one(record, "elsewhere").state == MentionState.LIVE


def test_what_another_source_still_hears_is_not_deleted(record):
    listed(record, "a", "b", hour=1)
    for hour in (2, 3, 4):
        hear(record, heard("a"), source="forum", at=NOON + (hour - 0.5) * HOUR)
        listed(record, "b", hour=hour)
    assert one(record, "a").state == MentionState.LIVE


@pytest.fixture
def deleted(record):
    listed(record, "a", "b", hour=1)
    listed(record, "b", hour=2)
    listed(record, "b", hour=3)
    assert one(record, "a").state == MentionState.DELETED
    return last_change(record)


def test_deleted_once_is_told_once(record, deleted):
    listed(record, "b", hour=4)
    assert last_change(record) == deleted


def test_a_listing_that_shows_it_again_brings_it_back(record, deleted):
    listed(record, "a", "b", hour=4)
    assert one(record, "a").state == MentionState.LIVE
    assert last_change(record) == deleted + 1


def test_a_page_that_says_it_again_brings_it_back(record, deleted):
    told = hear(record, heard("a"), at=NOON + 4 * HOUR)
    assert (told.known, told.edited) == (1, 0)
    assert one(record, "a").state == MentionState.LIVE
    assert last_change(record) == deleted + 1


def test_what_was_edited_before_comes_back_as_edited(record):
    hear(record, heard("a", "Other words."), at=NOON + HOUR / 2)
    for hour, names in enumerate(["ab", "b", "b", "ab"], start=1):
        listed(record, *names, hour=hour)
    assert one(record, "a").state == MentionState.EDITED
