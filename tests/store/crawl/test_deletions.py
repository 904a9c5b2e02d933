"""Deletions: two listings in a row must lack a mention; one that contains it restores it."""

from datetime import timedelta

import pytest

from core.crawl import Listing
from core.mention import Mention, MentionState
from store import changes, counts, mentions
from store.crawl.deletions import apply_listing
from store.database import Database
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page, uri

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        add_sources(tx, "blog", "forum")
    store_page(record, crawled_post("a"), crawled_post("b"), at=NOON)


def apply_listing_of(record: Database, *names: str, hour: int, source: str = "blog") -> None:
    """Apply an hourly listing of *source* that covers the last day."""
    now = NOON + hour * HOUR
    listing = Listing(
        since=now - 24 * HOUR,
        until=now,
        uris=frozenset(map(uri, names)),
        before=now - HOUR,
    )
    with record.write() as tx:
        apply_listing(tx, source, listing, now=now)


def read_mention(record: Database, name: str) -> Mention:
    with record.read() as tx:
        return mentions.get(tx, [key(name)])[0]


def last_change(record: Database) -> int:
    with record.read() as tx:
        return changes.last_number(tx)


def test_mention_missing_in_two_listings_is_deleted(record):
    apply_listing_of(record, "a", "b", hour=1)
    apply_listing_of(record, "b", hour=2)
    assert read_mention(record, "a").state == MentionState.LIVE
    number = last_change(record)
    apply_listing_of(record, "b", hour=3)
    assert (read_mention(record, "a").state, read_mention(record, "b").state) == (
        MentionState.DELETED,
        MentionState.LIVE,
    )
    assert last_change(record) == number + 1
    with record.read() as tx:
        assert counts.by_analysis_state(tx)["deleted"] == 1


def test_single_empty_listing_deletes_nothing(record):
    """A site under repair or a cache: the next listing corrects it."""
    for hour, names in enumerate(["ab", "", "ab", "", "ab"], start=1):
        apply_listing_of(record, *names, hour=hour)
    assert read_mention(record, "a").state == read_mention(record, "b").state == MentionState.LIVE


def test_new_mention_is_not_deleted_by_one_listing(record):
    apply_listing_of(record, hour=1)
    assert read_mention(record, "a").state == MentionState.LIVE


def test_listing_does_not_delete_outside_its_window(record):
    store_page(record, crawled_post("old", published=NOON - 48 * HOUR), at=NOON)
    for hour in (1, 2, 3):
        apply_listing_of(record, "a", "b", hour=hour)
    assert read_mention(record, "old").state == MentionState.LIVE


def test_listing_does_not_delete_mentions_of_another_source(record):
    store_page(record, crawled_post("elsewhere"), source="forum", at=NOON)
    for hour in (1, 2, 3):
        apply_listing_of(record, "a", "b", hour=hour)
    assert read_mention(record, "elsewhere").state == MentionState.LIVE


def test_mention_in_another_source_is_not_deleted(record):
    apply_listing_of(record, "a", "b", hour=1)
    for hour in (2, 3, 4):
        store_page(record, crawled_post("a"), source="forum", at=NOON + (hour - 0.5) * HOUR)
        apply_listing_of(record, "b", hour=hour)
    assert read_mention(record, "a").state == MentionState.LIVE


@pytest.fixture
def change_of_deletion(record):
    apply_listing_of(record, "a", "b", hour=1)
    apply_listing_of(record, "b", hour=2)
    apply_listing_of(record, "b", hour=3)
    assert read_mention(record, "a").state == MentionState.DELETED
    return last_change(record)


def test_deletion_is_one_change(record, change_of_deletion):
    apply_listing_of(record, "b", hour=4)
    assert last_change(record) == change_of_deletion


def test_listing_with_the_mention_restores_it(record, change_of_deletion):
    apply_listing_of(record, "a", "b", hour=4)
    assert read_mention(record, "a").state == MentionState.LIVE
    assert last_change(record) == change_of_deletion + 1


def test_page_with_the_mention_restores_it(record, change_of_deletion):
    counts_of_page = store_page(record, crawled_post("a"), at=NOON + 4 * HOUR)
    assert (counts_of_page.known, counts_of_page.edited) == (1, 0)
    assert read_mention(record, "a").state == MentionState.LIVE
    assert last_change(record) == change_of_deletion + 1


def test_edited_mention_is_restored_as_edited(record):
    store_page(record, crawled_post("a", "Other words."), at=NOON + HOUR / 2)
    for hour, names in enumerate(["ab", "b", "b", "ab"], start=1):
        apply_listing_of(record, *names, hour=hour)
    assert read_mention(record, "a").state == MentionState.EDITED
