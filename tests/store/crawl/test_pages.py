"""A crawled page is one short transaction, whatever its content."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.exc import NoResultFound

from core.mention import AnalysisState, Mention, MentionState
from store import changes, mentions, tables
from store.analysis.verdicts import save_results
from store.crawl import runs, sources
from store.crawl.pages import PageCounts, record_page
from store.database import Database
from tests.store.factories import (
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    dropped_post,
    key,
    killed_after,
    page,
    store_page,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        add_sources(tx, "blog", "forum")


def read_mention(record: Database, name: str) -> Mention:
    with record.read() as tx:
        return mentions.get(tx, [key(name)])[0]


def count(record: Database, table: Table) -> int:
    with record.read() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


def last_change(record: Database) -> int:
    with record.read() as tx:
        return changes.last_number(tx)


def test_new_mention_is_stored_with_its_fields(record, now):
    tally = store_page(
        record, crawled_post("a", "Ça freine.", language="fr", parent="at://p"), at=now
    )
    mention = read_mention(record, "a")
    assert tally == PageCounts(fetched=1, known=0, edited=0, new=1, arrivals=1, dropped={})
    assert (mention.text, mention.parent, mention.sources, mention.watches) == (
        "Ça freine.",
        "at://p",
        ("blog",),
        ("acme",),
    )
    assert (mention.state, mention.analysis, mention.revision) == (
        MentionState.LIVE,
        AnalysisState.PENDING,
        1,
    )
    assert mention.first_seen == mention.last_seen == now
    assert mention.language is None  # the claim of the platform is no result


def test_page_stored_twice_changes_only_last_seen(record, now):
    posts = (crawled_post("a"), crawled_post("b", voice=None, family=None), dropped_post("c"))
    store_page(record, *posts, at=now)
    before, number = read_mention(record, "a"), last_change(record)
    tally = store_page(record, *posts, at=now + MINUTE)
    after = read_mention(record, "a")
    assert tally == PageCounts(
        fetched=3, known=2, edited=0, new=0, arrivals=0, dropped={"unmatched": 1}
    )
    assert after.last_seen == now + MINUTE
    assert after.first_seen == before.first_seen == now
    assert (after.text, after.revision, after.analysis) == (before.text, 1, before.analysis)
    assert last_change(record) == number
    assert [count(record, t) for t in (tables.mentions, tables.skipped, tables.voices)] == [2, 1, 1]


def test_edit_is_a_pending_revision_with_its_own_matches(record, now):
    store_page(record, crawled_post("a", "old", matches={"acme": "r1", "rival": "r1"}), at=now)
    later = now + MINUTE
    tally = store_page(
        record, crawled_post("a", "new", matches={"acme": "r1"}, edited=later), at=later
    )
    mention = read_mention(record, "a")
    assert (tally.edited, tally.new, tally.known) == (1, 0, 0)
    assert (mention.text, mention.revision, mention.state, mention.edited) == (
        "new",
        2,
        MentionState.EDITED,
        later,
    )
    assert (mention.analysis, mention.watches) == (AnalysisState.PENDING, ("acme",))
    assert count(record, tables.revisions) == 2


def test_former_text_of_an_edit_is_not_stored(record):
    store_page(record, crawled_post("a", "We regret this sentence"))
    store_page(record, crawled_post("a", "Nothing to see"))
    with record.read() as tx:
        rows = (
            tx.execute(select(tables.mentions)).all() + tx.execute(select(tables.revisions)).all()
        )
    assert "regret" not in repr(rows)


def test_reverted_edit_is_a_third_revision(record):
    for text in ("first", "second", "first"):
        store_page(record, crawled_post("a", text))
    assert read_mention(record, "a").revision == 3
    assert count(record, tables.revisions) == 3


def test_edit_without_date_has_the_time_of_its_crawl(record, now):
    store_page(record, crawled_post("a", "old"), at=now)
    store_page(record, crawled_post("a", "new"), at=now + MINUTE)
    assert read_mention(record, "a").edited == now + MINUTE


def test_second_source_is_a_sighting_of_the_same_mention(record, now):
    store_page(record, crawled_post("a"))
    number = last_change(record)
    tally = store_page(record, crawled_post("a"), source="forum", at=now + MINUTE)
    assert (tally.known, tally.new) == (1, 0)
    assert read_mention(record, "a").sources == ("blog", "forum")
    assert count(record, tables.mentions) == 1
    assert last_change(record) == number + 1


def test_existing_mention_is_matched_by_a_new_watch(record):
    store_page(record, crawled_post("a", matches={"acme": "r1"}))
    number = last_change(record)
    store_page(record, crawled_post("a", matches={"acme": "r2", "rival": "r1"}))
    with record.read() as tx:
        rows = tx.execute(select(tables.matches.c.watch, tables.matches.c.watch_revision))
        assert sorted(rows.all()) == [("acme", "r2"), ("rival", "r1")]
    assert last_change(record) == number + 1


@pytest.mark.parametrize(
    ("ahead", "is_accepted"),
    [(timedelta(days=-3650), True), (5 * MINUTE, True), (5 * MINUTE + MINUTE, False)],
)
def test_date_in_the_future_is_stored_as_raw_only(record, now, ahead, is_accepted):
    raw = now + ahead
    store_page(record, crawled_post("a", published=raw), at=now)
    with record.read() as tx:
        published_raw = tx.execute(select(tables.mentions.c.published_raw)).scalar_one()
    assert read_mention(record, "a").published == (raw if is_accepted else now)
    assert published_raw == (None if is_accepted else raw)


def test_times_keep_their_microseconds(record):
    at = datetime.fromisoformat("1969-07-20T20:17:40.000001+00:00")
    store_page(record, crawled_post("a", published=at))
    assert read_mention(record, "a").published == at


def test_dropped_post_is_stored_as_id_time_and_reason(record, now):
    tally = store_page(
        record, dropped_post("a"), dropped_post("b", "too_old"), dropped_post("c"), at=now
    )
    assert tally == PageCounts(
        fetched=3, known=0, edited=0, new=0, arrivals=3, dropped={"unmatched": 2, "too_old": 1}
    )
    with record.read() as tx:
        row = tx.execute(select(tables.skipped).order_by(tables.skipped.c.reason)).first()
    assert row == (key("b"), "blog", now, "too_old")
    assert count(record, tables.mentions) == 0


def test_placeholder_in_the_place_of_a_mention_deletes_it(record, now):
    """Its post restores it; a placeholder of a post that was never stored is only counted."""
    store_page(record, crawled_post("a"), crawled_post("b"), at=now)
    number = last_change(record)
    tally = store_page(record, dropped_post("a", "deleted"), dropped_post("x", "deleted"), at=now)
    assert (tally.known, tally.dropped) == (0, {"deleted": 2})
    states = [read_mention(record, name).state for name in "ab"]
    assert states == [MentionState.DELETED, MentionState.LIVE]
    assert last_change(record) == number + 1
    store_page(record, dropped_post("a", "deleted"), at=now + MINUTE)
    assert last_change(record) == number + 1
    store_page(record, crawled_post("a"), at=now + MINUTE)
    assert read_mention(record, "a").state == MentionState.LIVE


def test_unmatched_post_is_dropped_without_its_text(record, now):
    tally = store_page(
        record, crawled_post("a", "A secret.", matches={}), dropped_post("b", "no_text"), at=now
    )
    assert tally == PageCounts(
        fetched=2, known=0, edited=0, new=0, arrivals=2, dropped={"unmatched": 1, "no_text": 1}
    )
    with record.read() as tx:
        rows = [repr(tx.execute(select(t)).all()) for t in tables.metadata.sorted_tables]
    assert not [row for row in rows if "secret" in row]
    assert count(record, tables.skipped) == 2


def test_arrival_is_counted_once_by_source_whatever_becomes_of_it(record, now):
    """A post that a new watch matches later, or an old one no more, is no second arrival."""
    assert store_page(record, crawled_post("a", matches={}), dropped_post("b")).arrivals == 2
    assert store_page(record, crawled_post("a"), crawled_post("b"), at=now).arrivals == 0
    assert store_page(record, dropped_post("a", "too_old"), dropped_post("b")).arrivals == 0
    assert store_page(record, crawled_post("a"), source="forum").arrivals == 1


def test_unmatched_edit_replaces_the_text(record, now):
    store_page(record, crawled_post("a", "Acme cheats."), at=now)
    number = last_change(record)
    tally = store_page(record, crawled_post("a", "I was wrong.", matches={}), at=now + MINUTE)
    mention = read_mention(record, "a")
    assert (tally.edited, tally.dropped) == (1, {})
    assert (mention.text, mention.revision, mention.watches) == ("I was wrong.", 2, ())
    assert last_change(record) == number + 1


def test_unchanged_mention_keeps_its_watches(record):
    """A new query does not change the matches of older texts."""
    store_page(record, crawled_post("a"))
    tally = store_page(record, crawled_post("a", matches={}))
    assert (tally.known, tally.dropped) == (1, {})
    assert read_mention(record, "a").watches == ("acme",)


def test_repeated_mention_on_a_page_is_new_once(record):
    tally = store_page(record, crawled_post("a"), crawled_post("a"), crawled_post("b"))
    assert (tally.fetched, tally.new, tally.known, tally.edited) == (3, 2, 1, 0)


def test_counts_of_a_run_add_up_over_pages(record):
    store_page(record, crawled_post("a"), crawled_post("b"), dropped_post("c"))
    store_page(
        record,
        crawled_post("a"),
        crawled_post("b", "new words"),
        dropped_post("c"),
        dropped_post("d", "no_text"),
    )
    with record.read() as tx:
        sum_ = runs.totals(tx)["blog"]
    assert (sum_.fetched, sum_.known, sum_.edited, sum_.new) == (7, 1, 1, 2)
    assert sum_.dropped == {"unmatched": 2, "no_text": 1}
    assert sum_.fetched == sum_.known + sum_.edited + sum_.new + sum(sum_.dropped.values())


def test_cursor_and_validators_are_stored_with_the_page(record):
    store_page(record, crawled_post("a"), cursor={"since": 1}, validators={"u": {"etag": "x"}})
    store_page(record, crawled_post("a"), validators={"w": {"etag": "y"}})
    half = page(crawled_post("b"), cursor={"since": 2}, validators={"u": {"etag": "z"}})
    killed_after(record, lambda tx: record_page(tx, half, now=NOON))
    with record.read() as tx:
        source = sources.by_slug(tx, ["blog"])[0]
        assert mentions.get(tx, [key("b")]) == []
    assert source.cursor == {"since": 1}
    assert source.validators == {"u": {"etag": "x"}, "w": {"etag": "y"}}


@pytest.mark.parametrize("fields", [{"run": "nobody"}, {"source": "nobody", "run": "run-blog"}])
def test_page_of_an_unknown_run_or_source_is_rejected(record, fields):
    with pytest.raises(NoResultFound):
        store_page(record, crawled_post("a"), **fields)
    assert count(record, tables.mentions) == 0


def test_empty_page_changes_nothing(record):
    empty = PageCounts(fetched=0, known=0, edited=0, new=0, arrivals=0, dropped={})
    assert store_page(record) == empty
    assert last_change(record) == 0


def test_verdicts_of_a_former_text_do_not_apply_to_the_new_one(record, now):
    """They are kept: their key is the hash of the text."""
    store_page(record, crawled_post("a", "old"))
    with record.write() as tx:
        save_results(tx, [analysis_result("a", "old")], now=now)
    store_page(record, crawled_post("a", "new"))
    mention = read_mention(record, "a")
    assert len(mention.verdicts) == 1
    assert mention.verdict is None
    assert mention.language is None
