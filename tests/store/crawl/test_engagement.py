"""Counts that a source publishes: one row a change, and none without one."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, text

from core.mention import Engagement
from store import mentions
from store.tables import engagements
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _sources(record):
    with record.write() as tx:
        add_sources(tx, "blog", "forum")


def crawl(record, hour, name="a", source="blog", **counts):
    """Store a page with the mention called *name* after *hour* hours."""
    at = NOON + hour * HOUR
    store_page(record, crawled_post(name, engagement=counts), at=at, source=source)


def series(record, name="a"):
    """Return the counts of the mention by hour."""
    with record.read() as tx:
        (mention,) = mentions.get(tx, [key(name)])
    return [((e.at - NOON) // HOUR, dict(e.counts)) for e in mention.engagement]


def test_each_change_is_kept_in_the_order_of_time(record):
    crawl(record, 0, likes=1, replies=0)
    crawl(record, 1, likes=1, replies=0)
    crawl(record, 2, likes=9, replies=0)
    crawl(record, 3, likes=1, replies=0)
    assert series(record) == [
        (0, {"likes": 1, "replies": 0}),
        (2, {"likes": 9, "replies": 0}),
        (3, {"likes": 1, "replies": 0}),
    ]
    with record.read() as tx:
        (mention,) = mentions.get(tx, [key("a")])
    assert mention.engagement[0] == Engagement(at=NOON, counts={"likes": 1, "replies": 0})


def test_source_without_counts_changes_nothing(record):
    crawl(record, 0, likes=3)
    crawl(record, 1, source="forum")
    crawl(record, 1, name="b", source="forum")
    assert series(record) == [(0, {"likes": 3})]
    assert series(record, "b") == []


def test_two_pages_at_one_time_give_one_row(record):
    crawl(record, 0, likes=3)
    crawl(record, 0, likes=4)
    assert series(record) == [(0, {"likes": 4})]


def test_counts_are_deleted_with_their_mention(record):
    crawl(record, 0, likes=3)
    with record.write() as tx:
        for table in ("changes", "sightings", "revisions", "matches"):
            tx.execute(text(f"delete from {table}"))
        tx.execute(delete(mentions.mentions))
        assert tx.execute(select(func.count()).select_from(engagements)).scalar() == 0
