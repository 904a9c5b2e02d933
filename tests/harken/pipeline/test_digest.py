"""Digest step: one digest for each local day, late rather than never, never too early."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from alerts.health import system_health
from alerts.messages.mime import from_mime
from config.settings import Settings
from core.errors import ConfigError
from harken.pipeline import digest as digesting
from store import processes, tables, watches
from store.alerts import outbox, people
from store.crawl import sources
from store.processes import ProcessStatus
from tests.alerts.simulation import WATCH
from tests.harken import small_installation
from tests.harken.small_installation import HOUR, NOW, PEOPLE, SUBSCRIPTIONS, subscription
from tests.store import factories

pytestmark = pytest.mark.slow

YESTERDAY = date(2026, 5, 5)
DAY = timedelta(days=1)
HALF_PAST_SEVEN = datetime(2026, 5, 7, 5, 30, tzinfo=UTC)  # in the zone of the reader


@pytest.fixture
def record(record_after_detect):
    """Database in which all is crawled, scored and detected."""
    return record_after_detect


def digest(record, now=NOW, day=None):
    return digesting.enqueue_due_digests(record, small_installation.notifier(), date=day, now=now)


def written(record):
    with record.read() as tx:
        return [row for row in outbox.recent(tx) if row.kind == "digest"]


def days(record):
    return sorted(row.day for row in written(record))


def subscribe(record, *more):
    with record.write() as tx:
        people.replace_from_file(tx, PEOPLE, [*SUBSCRIPTIONS, *more])


def test_the_first_digest_tells_of_yesterday_and_comes_once(record):
    assert digest(record) == 1
    assert digest(record) == digest(record, NOW + HOUR) == 0
    (row,) = written(record)
    assert (row.day, row.recipient, row.state) == (YESTERDAY, "lead@veloria.example", "due")
    assert row.message_id == "<digest.morning.2026-05-05@localhost>"


def test_its_numbers_are_those_of_the_day_in_the_record(record):
    digest(record)
    with record.read() as tx:
        start = datetime(2026, 5, 4, 22, tzinfo=UTC)  # midnight in Berlin
        at = tables.mentions.c.published
        count = len(tx.execute(tables.mentions.select().where(at >= start, at < start + DAY)).all())
    text = from_mime(written(record)[0].eml).text
    assert f"{count} mentions" in text


def test_it_tells_how_good_the_model_is_where_that_is_known(record):
    digest(record)
    digesting.enqueue_due_digests(
        record, small_installation.notifier(quality=0.741), date=str(YESTERDAY - DAY), now=NOW
    )
    measured = "on average it finds 74% of the posts of each class in English tweets"
    assert [measured in from_mime(row.eml).text for row in written(record)].count(True) == 1


def test_a_digest_comes_at_its_hour_on_the_readers_clock(record):
    digest(record)
    small_installation.record_crawl(record, HALF_PAST_SEVEN)
    assert digest(record, HALF_PAST_SEVEN - timedelta(minutes=1)) == 0
    assert digest(record, HALF_PAST_SEVEN) == 1
    assert days(record) == [YESTERDAY, YESTERDAY + DAY]


def test_after_a_long_silence_only_the_last_three_days_are_told(record):
    digest(record)
    assert digest(record, NOW + 10 * DAY) == 3
    assert days(record) == [YESTERDAY, *(YESTERDAY + n * DAY for n in (8, 9, 10))]


def test_each_subscription_has_its_own_days(record):
    digest(record)
    subscribe(record, subscription("evening", "care", "digest"))
    assert digest(record) == 1
    assert Counter(row.recipient for row in written(record)) == {
        "lead@veloria.example": 1,
        "care@veloria.example": 1,
    }


def test_the_digest_is_led_by_the_first_watch_that_the_reader_names(record):
    subscribe(record, subscription("spying", "spy", "digest", "rival"))
    digest(record)
    subjects = {row.recipient: row.subject for row in written(record)}
    assert "Rival" in subjects["spy@veloria.example"]
    assert "Veloria" in subjects["lead@veloria.example"]


def test_a_quiet_day_has_a_digest_too(record):
    """A missing digest therefore means a failure."""
    subscribe(record, subscription("spying", "spy", "digest", "rival"))
    assert digest(record) == 2


def test_any_past_day_can_be_asked_for_and_comes_once(record):
    assert digest(record, day="2026-04-20") == 1
    assert digest(record, day="2026-04-20") == 0
    assert days(record) == [date(2026, 4, 20)]


def test_a_day_asked_for_takes_no_other_digest_away(record):
    digest(record)
    digest(record, day="2026-04-20")
    assert digest(record, NOW + DAY) == 1


@pytest.mark.parametrize("day", ["2026-05-06", "2027-01-01"])
def test_a_day_that_is_not_over_is_refused(record, day):
    """A digest of half a day would replace the complete one for ever."""
    with pytest.raises(ConfigError, match="is not over"):
        digest(record, day=day)
    assert written(record) == []


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "05/06/2026", ""])
def test_what_is_no_day_is_refused_with_one_that_would_be_right(record, day):
    if day:
        with pytest.raises(ConfigError, match="2026-11-21"):
            digest(record, day=day)
    else:
        assert digest(record, day=day) == 1


def test_no_digest_before_somebody_has_looked_for_incidents(month_record):
    assert digest(month_record) == 0


@pytest.fixture
def deaf(sqlite_record):
    """Installation of today whose only source never answered."""
    with sqlite_record.write() as tx:
        watches.replace_from_file(tx, [WATCH], [])
        people.replace_from_file(tx, PEOPLE, SUBSCRIPTIONS)
        factories.add_sources(tx, "blog", at=NOW)
        sources.record_outcome(tx, "blog", state="failed", reason="HTTP 404", now=NOW)
    return sqlite_record


def test_who_has_heard_nothing_ever_gets_a_digest_that_says_so(deaf):
    """It comes at the hour of the reader, not while the installation is still being set up."""
    assert digest(deaf) == digest(deaf, HALF_PAST_SEVEN - timedelta(minutes=1)) == 0
    assert digest(deaf, HALF_PAST_SEVEN) == 1
    letter = from_mime(written(deaf)[0].eml)
    assert "No mentions of Veloria" in letter.subject
    for text in (letter.text, letter.html):
        assert "No verdict today" in text
        assert "blog (failing since it was added: HTTP 404)" in text
        assert "Still learning what is normal." in text
    with deaf.read() as tx:
        assert system_health(tx, now=HALF_PAST_SEVEN).calm is None


def test_a_first_walk_through_the_past_has_half_an_hour_after_the_readers_hour(deaf):
    with deaf.write() as tx:
        tx.execute(update(tables.sources).values(failures=0, state="ok", first_ok=NOW))
    assert digest(deaf, HALF_PAST_SEVEN + timedelta(minutes=29)) == 0
    assert digest(deaf, HALF_PAST_SEVEN + timedelta(minutes=30)) == 1


def test_what_was_published_after_the_day_does_not_hold_up_its_digest(record):
    """Otherwise a watch with constant posts would never get a digest."""
    fresh = factories.crawled_post("fresh", matches={"veloria": "r1"}, published=NOW)
    factories.store_page(record, fresh, at=NOW)
    assert digest(record) == 1


def test_a_crisis_that_opened_since_is_told_with_yesterday(record):
    """Yesterday was calm, but a reader must not take that for today."""
    digest(record)
    (row,) = written(record)
    text = from_mime(row.eml).text
    assert "Action needed: an incident is open." in text
    assert "INC-1 Veloria" in text
    assert "A normal day" in row.subject, "the day itself is told as it was"


SILENT = {
    "source": "source blog",
    "analyse": "scoring",
    "index": "search",
    "smtp": "email",
    "run": "the scheduler",
}


@pytest.mark.parametrize("part", SILENT)
def test_a_digest_names_what_is_silent_and_does_not_say_calm(record, part):
    with record.write() as tx:
        tx.execute(update(tables.incidents).values(state="resolved", resolved=NOW))
        if part == "source":
            for _ in range(2):
                sources.record_outcome(tx, "blog", state="failed", reason="HTTP 500", now=NOW)
        else:
            processes.beat(tx, failing(part))
    assert digest(record) == 1
    letter = from_mime(written(record)[0].eml)
    for text in (letter.text, letter.html):
        assert f"No verdict today. Not working: {SILENT[part]}." in text
        assert "Nothing needs a response" not in text
        assert "since Wed 6 May, 17:02" in text, "under how complete it is, since when"


def failing(name):
    return ProcessStatus(
        name=name, pid=7, host="here", started=NOW, beat=NOW, state="failing", reason="down"
    )


def test_a_digest_waits_for_the_scorer_but_not_for_ever(record):
    factories.store_page(record, factories.crawled_post("late", matches={"veloria": "r1"}), at=NOW)
    assert digest(record, NOW + timedelta(minutes=29)) == 0
    assert digest(record, NOW + timedelta(minutes=31)) == 1
    text = from_mime(written(record)[0].eml).text
    assert "still being scored" in text, "what is missing is said"


def test_a_kill_before_the_commit_leaves_the_digest_owed(record):
    class Killed(type(small_installation.notifier())):
        def enqueue_digest(self, tx, job, *, now):
            super().enqueue_digest(tx, job, now=now)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        digesting.enqueue_due_digests(
            record, Killed(Settings(), lambda _: None), date=None, now=NOW
        )
    assert written(record) == []
    assert digest(record) == 1


def test_nobody_who_left_gets_a_digest(record):
    with record.write() as tx:
        tx.execute(update(tables.subscriptions).values(active=False))
    assert digest(record) == 0
