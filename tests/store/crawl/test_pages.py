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
    begin,
    dropped,
    finding,
    hear,
    heard,
    key,
    killed_after,
    page,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        begin(tx, "blog", "forum")


def one(record: Database, name: str) -> Mention:
    with record.read() as tx:
        return mentions.get(tx, [key(name)])[0]


def count(record: Database, table: Table) -> int:
    with record.read() as tx:
        return tx.execute(select(func.count()).select_from(table)).scalar_one()


def last_change(record: Database) -> int:
    with record.read() as tx:
        return changes.last_number(tx)


def test_a_new_mention_stands_in_the_record_as_it_was_heard(record, now):
    tally = hear(record, heard("a", "Ça freine.", language="fr", parent="at://p"), at=now)
    told = one(record, "a")
    assert tally == PageCounts(fetched=1, known=0, edited=0, new=1, dropped={})
    assert (told.text, told.parent, told.sources, told.watches) == (
        "Ça freine.",
        "at://p",
        ("blog",),
        ("acme",),
    )
    assert (told.state, told.analysis, told.revision) == (
        MentionState.LIVE,
        AnalysisState.PENDING,
        1,
    )
    assert told.first_seen == told.last_seen == now
    assert told.language is None  # the claim of the platform is no result


def test_a_page_written_twice_changes_nothing_but_last_seen(record, now):
    posts = (heard("a"), heard("b", voice=None, family=None), dropped("c"))
    hear(record, *posts, at=now)
    before, number = one(record, "a"), last_change(record)
    tally = hear(record, *posts, at=now + MINUTE)
    after = one(record, "a")
    assert tally == PageCounts(fetched=3, known=2, edited=0, new=0, dropped={"unmatched": 1})
    assert after.last_seen == now + MINUTE
    assert after.first_seen == before.first_seen == now
    assert (after.text, after.revision, after.analysis) == (before.text, 1, before.analysis)
    assert last_change(record) == number
    assert [count(record, t) for t in (tables.mentions, tables.skipped, tables.voices)] == [2, 1, 1]


def test_an_edit_is_a_new_revision_that_waits_for_analysis_and_is_matched_afresh(record, now):
    hear(record, heard("a", "old", matches={"acme": "r1", "rival": "r1"}), at=now)
    later = now + MINUTE
    tally = hear(record, heard("a", "new", matches={"acme": "r1"}, edited=later), at=later)
    told = one(record, "a")
    assert (tally.edited, tally.new, tally.known) == (1, 0, 0)
    assert (told.text, told.revision, told.state, told.edited) == (
        "new",
        2,
        MentionState.EDITED,
        later,
    )
    assert (told.analysis, told.watches) == (AnalysisState.PENDING, ("acme",))
    assert count(record, tables.revisions) == 2


def test_the_old_text_of_an_edit_is_kept_nowhere(record):
    hear(record, heard("a", "We regret this sentence"))
    hear(record, heard("a", "Nothing to see"))
    with record.read() as tx:
        rows = (
            tx.execute(select(tables.mentions)).all() + tx.execute(select(tables.revisions)).all()
        )
    assert "regret" not in repr(rows)


def test_an_edit_taken_back_is_a_third_revision(record):
    for text in ("first", "second", "first"):
        hear(record, heard("a", text))
    assert one(record, "a").revision == 3
    assert count(record, tables.revisions) == 3


def test_an_edit_without_a_date_was_made_when_it_was_seen(record, now):
    hear(record, heard("a", "old"), at=now)
    hear(record, heard("a", "new"), at=now + MINUTE)
    assert one(record, "a").edited == now + MINUTE


def test_a_second_source_is_a_second_sighting_and_a_change_of_one_mention(record, now):
    hear(record, heard("a"))
    number = last_change(record)
    tally = hear(record, heard("a"), source="forum", at=now + MINUTE)
    assert (tally.known, tally.new) == (1, 0)
    assert one(record, "a").sources == ("blog", "forum")
    assert count(record, tables.mentions) == 1
    assert last_change(record) == number + 1


def test_a_known_mention_is_wanted_by_a_younger_watch_too(record):
    hear(record, heard("a", matches={"acme": "r1"}))
    number = last_change(record)
    hear(record, heard("a", matches={"acme": "r2", "rival": "r1"}))
    with record.read() as tx:
        found = tx.execute(select(tables.matches.c.watch, tables.matches.c.watch_revision))
        assert sorted(found.all()) == [("acme", "r2"), ("rival", "r1")]
    assert last_change(record) == number + 1


@pytest.mark.parametrize(
    ("ahead", "believed"),
    [(timedelta(days=-3650), True), (5 * MINUTE, True), (5 * MINUTE + MINUTE, False)],
)
def test_only_a_date_in_the_future_is_not_believed_but_kept(record, now, ahead, believed):
    raw = now + ahead
    hear(record, heard("a", published=raw), at=now)
    with record.read() as tx:
        kept = tx.execute(select(tables.mentions.c.published_raw)).scalar_one()
    assert one(record, "a").published == (raw if believed else now)
    assert kept == (None if believed else raw)


def test_a_mention_without_a_date_was_published_when_it_was_first_seen(record, now):
    hear(record, heard("a", published=None), at=now)
    hear(record, heard("a", published=None), at=now + MINUTE)
    assert one(record, "a").published == now


def test_instants_keep_their_microseconds(record):
    at = datetime.fromisoformat("1969-07-20T20:17:40.000001+00:00")
    hear(record, heard("a", published=at))
    assert one(record, "a").published == at


def test_of_a_dropped_post_only_id_time_and_reason_are_kept(record, now):
    tally = hear(record, dropped("a"), dropped("b", "too_old"), dropped("c"), at=now)
    assert tally == PageCounts(
        fetched=3, known=0, edited=0, new=0, dropped={"unmatched": 2, "too_old": 1}
    )
    with record.read() as tx:
        row = tx.execute(select(tables.skipped).order_by(tables.skipped.c.reason)).first()
    assert row == (key("b"), "blog", now, "too_old")
    assert count(record, tables.mentions) == 0


def test_a_post_that_no_watch_wants_is_dropped_like_the_others(record, now):
    tally = hear(record, heard("a", "A secret.", matches={}), dropped("b", "no_text"), at=now)
    assert tally == PageCounts(
        fetched=2, known=0, edited=0, new=0, dropped={"unmatched": 1, "no_text": 1}
    )
    with record.read() as tx:
        rows = [repr(tx.execute(select(t)).all()) for t in tables.metadata.sorted_tables]
    assert not [row for row in rows if "secret" in row]
    assert count(record, tables.skipped) == 2


def test_an_edit_that_no_watch_wants_any_more_takes_the_old_words_away(record, now):
    hear(record, heard("a", "Acme cheats."), at=now)
    number = last_change(record)
    tally = hear(record, heard("a", "I was wrong.", matches={}), at=now + MINUTE)
    told = one(record, "a")
    assert (tally.edited, tally.dropped) == (1, {})
    assert (told.text, told.revision, told.watches) == ("I was wrong.", 2, ())
    assert last_change(record) == number + 1


def test_a_known_mention_keeps_its_watches_while_its_text_stays(record):
    """A new query does not change the matches of older texts."""
    hear(record, heard("a"))
    tally = hear(record, heard("a", matches={}))
    assert (tally.known, tally.dropped) == (1, {})
    assert one(record, "a").watches == ("acme",)


def test_a_mention_that_stands_twice_on_a_page_counts_once_as_new(record):
    tally = hear(record, heard("a"), heard("a"), heard("b"))
    assert (tally.fetched, tally.new, tally.known, tally.edited) == (3, 2, 1, 0)


def test_the_tally_of_a_run_adds_up_page_by_page(record):
    hear(record, heard("a"), heard("b"), dropped("c"))
    hear(record, heard("a"), heard("b", "new words"), dropped("c"), dropped("d", "no_text"))
    with record.read() as tx:
        sum_ = runs.totals(tx)["blog"]
    assert (sum_.fetched, sum_.known, sum_.edited, sum_.new) == (7, 1, 1, 2)
    assert sum_.dropped == {"unmatched": 2, "no_text": 1}
    assert sum_.fetched == sum_.known + sum_.edited + sum_.new + sum(sum_.dropped.values())


def test_cursor_and_validators_move_with_the_page_or_not_at_all(record):
    hear(record, heard("a"), cursor={"since": 1}, validators={"u": {"etag": "x"}})
    hear(record, heard("a"), validators={"w": {"etag": "y"}})
    half = page(heard("b"), cursor={"since": 2}, validators={"u": {"etag": "z"}})
    killed_after(record, lambda tx: record_page(tx, half, now=NOON))
    with record.read() as tx:
        source = sources.by_slug(tx, ["blog"])[0]
        assert mentions.get(tx, [key("b")]) == []
    assert source.cursor == {"since": 1}
    assert source.validators == {"u": {"etag": "x"}, "w": {"etag": "y"}}


@pytest.mark.parametrize("lost", [{"run": "nobody"}, {"source": "nobody", "run": "run-blog"}])
def test_a_page_of_an_unknown_run_or_source_is_refused_whole(record, lost):
    with pytest.raises(NoResultFound):
        hear(record, heard("a"), **lost)
    assert count(record, tables.mentions) == 0


def test_an_empty_page_is_harmless(record):
    assert hear(record) == PageCounts(fetched=0, known=0, edited=0, new=0, dropped={})
    assert last_change(record) == 0


def test_an_edit_keeps_the_verdicts_of_the_text_before(record, now):
    """Their key is the hash of the text, so they do not apply to the new one."""
    hear(record, heard("a", "old"))
    with record.write() as tx:
        save_results(tx, [finding("a", "old")], now=now)
    hear(record, heard("a", "new"))
    told = one(record, "a")
    assert len(told.verdicts) == 1
    assert told.verdict is None
    assert told.language is None
