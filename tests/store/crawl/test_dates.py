"""Dates of publication: an unknown one is of no time, so an old post is never news."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from core.mention import MentionState
from core.timestamps import UNDATED, DateProblem
from store import counts, mentions, tables
from store.alerts import observations
from store.analysis.verdicts import save_results
from store.crawl.undated import undated_counts
from store.database import Database
from store.migrations import upgrade
from tests.store.factories import (
    add_sources,
    analysis_result,
    crawled_post,
    dropped_post,
    insert_plain_mention,
    key,
    page,
    record_page,
    store_page,
    verdict,
)

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BACKFILLED = {"backfilled": True}


@pytest.fixture
def board(record):
    """Return a database with the source blog before its first crawl."""
    with record.write() as tx:
        add_sources(tx, "blog", "forum")
    return record


def read_mention(record, name):
    with record.read() as tx:
        return mentions.get(tx, [key(name)])[0]


def stored_date(record, name):
    mention = read_mention(record, name)
    return mention.published, mention.undated


def test_post_without_date_is_undated(board, now):
    """A missing date is not the time of the crawl, on no crawl of any source."""
    store_page(board, crawled_post("a", published=None), cursor=BACKFILLED, at=now)
    store_page(board, crawled_post("b", published=None), at=now + HOUR)
    assert stored_date(board, "a") == stored_date(board, "b") == (None, DateProblem.MISSING)


@pytest.mark.parametrize("problem", DateProblem)
def test_undated_mention_is_in_no_count_of_a_time(board, now, problem):
    """Not even in one without a start; charts, alerts and digests use these queries."""
    store_page(board, crawled_post("a", published=None, date_problem=problem), at=now)
    with board.write() as tx:
        save_results(tx, [analysis_result("a", verdicts=(verdict(),))], now=now)
    window = {"since": UNDATED + HOUR, "until": now + DAY}
    with board.read() as tx:
        assert observations.observations(tx, "acme", **window) == []
        assert observations.sentiment_counts(tx, "acme", **window).total == 0
        assert observations.hourly_counts(tx, "acme", topic=None, **window) == {}
        assert observations.negative_texts(tx, "acme", **window, limit=9) == []
        assert counts.newest_published(tx) is None
        assert undated_counts(tx) == {"blog": {problem: 1}}


def test_waiting_undated_mention_delays_no_detection(board, now):
    store_page(board, crawled_post("a", published=None), at=now)
    with board.read() as tx:
        assert observations.unscored_since(tx, until=now + DAY) is None


@pytest.mark.parametrize(
    ("ahead", "is_first", "is_dated"),
    [
        (HOUR, False, True),  # the board's zone is not set
        (HOUR, True, False),  # so the whole day of its zone would be of this minute
        (14 * HOUR, False, True),
        (15 * HOUR, False, False),
    ],
)
def test_date_ahead_is_of_the_present_if_a_zone_explains_it(board, now, ahead, is_first, is_dated):
    store_page(board, cursor={} if is_first else BACKFILLED, at=now)
    store_page(board, crawled_post("a", published=now + ahead), at=now)
    assert stored_date(board, "a") == (now, None if is_dated else DateProblem.FUTURE)
    assert read_mention(board, "a").counted_at == (now if is_dated else None)


def test_entries_above_a_known_one_came_since_the_last_crawl(board, now):
    """A feed without dates: its new entries are dated by their first sighting, its old ones not."""
    first = crawled_post("old", published=None)
    store_page(board, first, cursor=BACKFILLED, at=now, is_newest_first=True)
    new = [crawled_post(name, published=None) for name in ("c", "b")]
    below = crawled_post("below", published=None)
    store_page(board, *new, first, below, at=now + HOUR, is_newest_first=True)
    assert stored_date(board, "c") == stored_date(board, "b") == (now + HOUR, None)
    assert stored_date(board, "old") == stored_date(board, "below") == (None, DateProblem.MISSING)


def test_entries_above_a_skipped_one_came_since_the_last_crawl(board, now):
    """Most posts of a feed match no watch; only their ids are stored."""
    store_page(board, dropped_post("skipped"), cursor=BACKFILLED, at=now, is_newest_first=True)
    other = crawled_post("skipped", published=None, matches={})
    new = crawled_post("a", published=None)
    store_page(board, new, other, at=now + HOUR, is_newest_first=True)
    assert stored_date(board, "a") == (now + HOUR, None)


def test_page_without_a_known_entry_proves_nothing(board, now):
    """A feed whose entries all got new names, or a gap between two crawls."""
    store_page(board, crawled_post("a", published=None), cursor=BACKFILLED, at=now)
    new = crawled_post("b", published=None)
    store_page(board, new, at=now + HOUR, is_newest_first=True)
    assert stored_date(board, "b") == (None, DateProblem.MISSING)


def test_unreadable_date_above_a_known_entry_stays_unknown(board, now):
    known = crawled_post("a")
    store_page(board, known, cursor=BACKFILLED, at=now)
    new = crawled_post("b", published=None, date_problem=DateProblem.UNREADABLE)
    store_page(board, new, known, at=now + HOUR, is_newest_first=True)
    assert stored_date(board, "b") == (None, DateProblem.UNREADABLE)


def test_undated_mention_is_dated_once_its_date_is_read(board, now):
    """The operator corrects a selector or a zone; search must see it, so it has a change number."""
    undated = crawled_post("a", published=None, date_problem=DateProblem.UNREADABLE)
    store_page(board, undated, at=now)
    with board.read() as tx:
        number = tx.execute(select(tables.changes.c.number)).scalar_one()
    store_page(board, crawled_post("a", published=now - DAY), at=now + HOUR)
    assert stored_date(board, "a") == (now - DAY, None)
    with board.read() as tx:
        assert tx.execute(select(tables.changes.c.number)).scalar_one() > number


def test_known_date_is_not_lost_or_moved(board, now):
    """A feed that is built again dates its entries anew."""
    store_page(board, crawled_post("a", published=now - DAY), at=now)
    store_page(board, crawled_post("a", published=None), at=now)
    store_page(board, crawled_post("a", published=now), at=now + HOUR)
    assert stored_date(board, "a") == (now - DAY, None)


@pytest.mark.parametrize("is_moved", [True, False])
def test_edit_of_a_feed_with_one_date_is_at_that_date(board, now, is_moved):
    """With `updated` alone the first date is the publication, a later one that of an edit.

    A date that did not move says nothing of an edit.
    """
    store_page(board, crawled_post("a", published=now - DAY), at=now)
    second_date = now + HOUR if is_moved else now - DAY
    store_page(board, crawled_post("a", "New.", published=second_date), at=now + 2 * HOUR)
    mention = read_mention(board, "a")
    assert (mention.published, mention.state) == (now - DAY, MentionState.EDITED)
    assert mention.edited == (now + HOUR if is_moved else now + 2 * HOUR)


def test_undated_mentions_are_listed_before_all_others(board, now):
    dates = {"a": now - DAY, "b": None, "c": now, "d": None}
    store_page(board, *(crawled_post(n, published=at) for n, at in dates.items()), at=now)
    with board.read() as tx:
        names = [m.id for m in mentions.all_mentions(tx, batch=1)]
    assert names == [*sorted([key("b"), key("d")]), key("a"), key("c")]


def test_counts_of_undated_mentions_are_by_source_and_reason(board, now):
    unreadable = crawled_post("a", published=None, date_problem=DateProblem.UNREADABLE)
    store_page(board, unreadable, crawled_post("b", published=None), crawled_post("c"), at=now)
    store_page(board, unreadable, source="forum", at=now)
    with board.read() as tx:
        assert undated_counts(tx) == {
            "blog": {"missing": 1, "unreadable": 1},
            "forum": {"unreadable": 1},
        }


def test_mention_of_schema_0012_keeps_its_date(empty_url, now):
    """Nobody knows today which of the stored dates were only the time of a crawl."""
    database = Database(empty_url)
    upgrade(database.engine, "0012")
    insert_plain_mention(database, "a")
    database.setup()
    with database.write() as tx:
        assert tx.execute(text("select undated from mentions")).scalar() is None
        assert mentions.get(tx, [key("a")])[0].published == crawled_post("a").post.published
        add_sources(tx, "blog", at=now)
        record_page(tx, page(crawled_post("b", published=None)), now=now)
    assert stored_date(database, "b") == (None, DateProblem.MISSING)
    database.close()
