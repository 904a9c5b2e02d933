"""Silence step: from stored runs to status, pages, gaps and notices."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text, update

from alerts.health import coverage_keys, status_report, system_health
from alerts.messages.completeness import completeness_messages, load_completeness
from alerts.messages.mime import from_mime
from console.serializers import source_rows
from harken.pipeline import silence
from harken.pipeline.silence import watch_silences
from store import tables
from store.alerts import outbox, people
from store.crawl import gaps, silences, sources
from store.database import Database
from store.migrations import upgrade
from templates.i18n import Translator
from tests.harken import small_installation
from tests.harken.small_installation import PEOPLE, SUBSCRIPTIONS
from tests.store.factories import NOON, add_sources, insert_plain_mention, killed_after

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
START = NOON - 20 * DAY
LAST = NOON - 16 * HOUR  # of the posts
RECIPIENTS = {"lead@veloria.example", "care@veloria.example", "spy@veloria.example"}
say = Translator()


def add_runs(record, since, until, *, arrivals=1, state="ok", source="blog"):
    """Store hourly runs of *source* in (since, until], each with *arrivals*."""
    runs = []
    while since < until:
        since += HOUR
        row = {"id": f"{source}-{since:%m%d%H}", "source": source, "started": since}
        counts = {"fetched": 20, "arrivals": arrivals, "dropped": {"unmatched": 20}}
        runs.append(row | {"ended": since, "state": state} | counts)
    with record.write() as tx:
        tx.execute(insert(tables.runs), runs)
        if state == "ok":
            values = {"state": "ok", "last_ok": since, "failures": 0}
            tx.execute(update(tables.sources).where(tables.sources.c.slug == source).values(values))


@pytest.fixture
def record(sqlite_record):
    """Return a database with a source that brought a post an hour until LAST, and none since."""
    with sqlite_record.write() as tx:
        people.replace_from_file(tx, PEOPLE, SUBSCRIPTIONS)
        add_sources(tx, "blog", at=START - HOUR)
        tx.execute(tables.runs.delete())
        values = {"interval_s": 3600, "state": "ok", "backfilled": START, "first_ok": START}
        tx.execute(update(tables.sources).values(values))
    add_runs(sqlite_record, START, LAST)
    add_runs(sqlite_record, LAST, NOON, arrivals=0)
    return sqlite_record


def watch(record, now=NOON):
    return watch_silences(record, small_installation.notifier(), now=now)


def health(record, now=NOON):
    with record.read() as tx:
        return system_health(tx, now=now)


def notices(record):
    with record.read() as tx:
        return [row for row in outbox.recent(tx) if row.kind == "notice"]


def test_source_that_answers_and_brings_nothing_is_silent(record):
    assert health(record).calm is True, "before the step"
    assert watch(record) == 1
    status = health(record)
    assert status.calm is None
    (outage,) = status.outages
    assert (outage.what, outage.name, outage.since) == ("source", "blog", LAST)
    assert outage.reason.startswith("it answers, but no new post since 2026-03-01 20:00 UTC")
    keys = coverage_keys(status.coverage)
    assert (keys["heard"], keys["silent"], keys["gap"]) == (0, ["blog"], ["blog"])
    assert keys["gaps"] == [
        {
            "source": "blog",
            "from": "2026-03-01T20:00:00Z",
            "to": None,
            "reason": "silence",
            "caught_up": False,
        }
    ]
    with record.read() as tx:
        (row,) = source_rows(tx, now=NOON)
        assert status_report(tx, status)["calm"] is None
    assert (row["state"], row["since"]) == ("silent", LAST)


def test_posts_that_match_no_watch_prove_that_the_source_lives(record):
    add_runs(record, NOON, NOON + HOUR)
    assert watch(record, NOON + HOUR) == 0
    assert health(record, NOON + HOUR).calm is True


def test_silence_is_told_once_and_its_end_once(record):
    for _ in range(3):
        watch(record)
    begins = notices(record)
    assert {row.recipient for row in begins} == {*RECIPIENTS, "operator@localhost"}
    assert len({row.key for row in begins}) == len(begins) == 4
    email = from_mime(begins[0].eml)
    assert email.subject.startswith("No new posts from blog since ")
    assert "expected" in email.text
    assert "/sources" in email.html
    add_runs(record, NOON, NOON + HOUR)
    for _ in range(3):
        watch(record, NOON + HOUR)
    ends = [row for row in notices(record) if row not in begins]
    assert len(ends) == 4
    end = from_mime(ends[0].eml)
    assert end.subject == "New posts from blog again"
    assert end.references == (email.message_id,)
    with record.read() as tx:
        (gap,) = gaps.gaps_since(tx, NOON)
    assert (gap.since, gap.until, gap.reason) == (LAST, NOON + HOUR, "silence")


def test_silence_that_ended_before_the_step_is_a_gap_without_notice(record):
    add_runs(record, NOON, NOON + HOUR)
    watch(record, NOON + HOUR)
    assert notices(record) == []
    with record.read() as tx:
        assert [gap.since for gap in gaps.gaps_since(tx, NOON)] == [LAST]


def test_killed_step_repeats_without_loss(record, monkeypatch):
    notifier = small_installation.notifier()
    enqueue = notifier.enqueue_silence

    def kill(*arguments, **options):
        enqueue(*arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(notifier, "enqueue_silence", kill)
    with pytest.raises(KeyboardInterrupt):
        watch_silences(record, notifier, now=NOON)
    with record.read() as tx:
        assert silences.all_rows(tx) == {}
    assert notices(record) == []
    watch(record)
    assert len(notices(record)) == 4


def test_slower_process_stores_nothing(record, monkeypatch):
    runs_of, is_first = silence.runs.ended_after, [True]

    def overtake(tx, starts):
        result = runs_of(tx, starts)
        if is_first.pop():
            is_first.append(False)
            watch(record)
        else:
            is_first.append(False)
        return result

    monkeypatch.setattr(silence.runs, "ended_after", overtake)
    watch(record)
    assert len(notices(record)) == 4


def test_steps_one_by_one_and_all_at_once_give_the_same_state(record, sqlite_url):
    with record.read() as tx:
        runs = [dict(row._mapping) for row in tx.execute(select(tables.runs))]
    watch(record)
    with record.write() as tx:
        whole = silences.get(tx, "blog")
        tx.execute(tables.source_silences.delete())
        tx.execute(tables.runs.delete())
    for first in range(0, len(runs), 100):
        with record.write() as tx:
            tx.execute(insert(tables.runs), runs[first : first + 100])
        watch(record)
    with record.read() as tx:
        steps = silences.get(tx, "blog")
    assert (steps.silent_since, steps.learnt_to) == (whole.silent_since, whole.learnt_to)
    assert steps.expected == pytest.approx(whole.expected, rel=1e-3)


def test_running_crawl_is_awaited(record):
    add_runs(record, NOON, NOON + HOUR, arrivals=0, state="running")
    add_runs(record, NOON + HOUR, NOON + 2 * HOUR, arrivals=5)
    assert watch(record) == 1, "the posts of the later run are not counted yet"
    with record.read() as tx:
        assert silences.get(tx, "blog").learnt_to == NOON


def test_outage_of_harken_is_no_silence(record):
    with record.write() as tx:
        tx.execute(tables.runs.delete().where(tables.runs.c.started > LAST))
    add_runs(record, NOON, NOON + HOUR, arrivals=0)
    assert watch(record, NOON + HOUR) == 0


def test_unreachable_source_is_a_gap_that_ends_caught_up(record):
    add_runs(record, NOON, NOON + HOUR)
    with record.write() as tx:
        for _ in range(2):
            sources.record_outcome(
                tx, "blog", state="failed", reason="HTTP 500", now=NOON + 2 * HOUR
            )
    watch(record, NOON + 2 * HOUR)
    keys = coverage_keys(health(record, NOON + 2 * HOUR).coverage)
    (ongoing,) = [gap for gap in keys["gaps"] if gap["reason"] == "outage"]
    assert (ongoing["from"], ongoing["to"]) == ("2026-03-02T13:00:00Z", None)
    with record.write() as tx:
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOON + 3 * HOUR)
    watch(record, NOON + 3 * HOUR)
    keys = coverage_keys(health(record, NOON + 3 * HOUR).coverage)
    (ended,) = [gap for gap in keys["gaps"] if gap["reason"] == "outage"]
    assert (ended["to"], ended["caught_up"]) == ("2026-03-02T15:00:00Z", True)


def test_digest_names_the_silent_source_and_the_gap_of_its_day(record):
    watch(record)
    sentences = missing(record, NOON)
    assert any("blog (no new posts since Sun 1 Mar, 20:00)" in s for s in sentences)
    add_runs(record, NOON, NOON + HOUR)
    watch(record, NOON + HOUR)
    (gap,) = [s for s in missing(record, NOON + 2 * HOUR) if s.startswith("Nothing from blog")]
    assert gap == (
        "Nothing from blog between Sun 1 Mar, 20:00 and Mon 2 Mar, 13:00 "
        "(it answered without new posts)."
    )


def missing(record, now):
    with record.read() as tx:
        data = load_completeness(tx, since=NOON - DAY, until=NOON, now=now, quality=lambda _: None)
    return [say(sentence) for sentence in completeness_messages(data)]


def test_kill_before_the_commit_of_a_state_stores_no_gap(record):
    watch(record)
    with record.read() as tx:
        row = silences.get(tx, "blog")
    killed_after(record, lambda tx: gaps.open_gap(tx, "blog", since=START, reason="silence"))
    with record.read() as tx:
        assert silences.get(tx, "blog") == row
        assert len(gaps.gaps_since(tx, START)) == 1


def test_database_of_schema_0012_learns_from_its_next_runs(empty_url):
    database = Database(empty_url)
    upgrade(database.engine, "0012")
    insert_plain_mention(database, "a")
    with database.write() as tx:
        tx.execute(
            text(
                "insert into sources (slug, kind, origin, state, options, cursor, validators,"
                " prior, interval_s, active, owned, failures, since, due, first_ok, last_ok,"
                " backfilled)"
                " values ('blog', 'feed', 'file', 'ok', '{}', '{}', '{}', '[]', 3600, true, false,"
                " 0, 0, 0, 0, 0, 0)"
            )
        )
        tx.execute(
            text(
                "insert into runs (id, source, started, ended, state, requests, bytes,"
                " not_modified, fetched, known, edited, new, dropped)"
                " values ('r', 'blog', 60000000, 60000000, 'ok', 1, 1, 0, 9, 0, 0, 9, '{}')"
            )
        )
    database.setup()
    assert watch(database) == 0
    with database.read() as tx:
        assert silences.all_rows(tx) == {}
    database.close()
