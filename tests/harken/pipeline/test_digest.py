"""Digest step: one digest for each local day, possibly late, never early."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from alerts.health import system_health
from alerts.messages.mime import from_mime
from config.settings import Settings
from core.errors import ConfigError
from harken.pipeline import digest as digest_step
from store import processes, tables, watches
from store.alerts import outbox, people
from store.crawl import sources
from store.processes import ProcessStatus
from tests.alerts.example_emails import QUALITY
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
    """Return a database in which everything is crawled, scored and detected."""
    return record_after_detect


def digest(record, now=NOW, day=None):
    return digest_step.enqueue_due_digests(record, small_installation.notifier(), date=day, now=now)


def digests(record):
    with record.read() as tx:
        return [row for row in outbox.recent(tx) if row.kind == "digest"]


def days(record):
    return sorted(row.day for row in digests(record))


def subscribe(record, *more):
    with record.write() as tx:
        people.replace_from_file(tx, PEOPLE, [*SUBSCRIPTIONS, *more])


def test_first_digest_is_about_yesterday_and_is_sent_once(record):
    assert digest(record) == 1
    assert digest(record) == digest(record, NOW + HOUR) == 0
    (row,) = digests(record)
    assert (row.day, row.recipient, row.state) == (YESTERDAY, "lead@veloria.example", "due")
    assert row.message_id == "<digest.morning.2026-05-05@localhost>"


def test_digest_has_the_number_of_mentions_of_its_day(record):
    digest(record)
    with record.read() as tx:
        start = datetime(2026, 5, 4, 22, tzinfo=UTC)  # midnight in Berlin
        at = tables.mentions.c.published
        count = len(tx.execute(tables.mentions.select().where(at >= start, at < start + DAY)).all())
    text = from_mime(digests(record)[0].eml).text
    assert f"{count} mentions" in text


def test_digest_states_the_quality_of_the_model_if_known(record):
    digest(record)
    digest_step.enqueue_due_digests(
        record, small_installation.notifier(quality=QUALITY), date=str(YESTERDAY - DAY), now=NOW
    )
    sentence = "right in about 7 of 10 English posts; measured on 4,700 held-back tweets"
    assert [sentence in from_mime(row.eml).text for row in digests(record)].count(True) == 1


def test_digest_is_due_at_its_local_time(record):
    digest(record)
    small_installation.record_crawl(record, HALF_PAST_SEVEN)
    assert digest(record, HALF_PAST_SEVEN - timedelta(minutes=1)) == 0
    assert digest(record, HALF_PAST_SEVEN) == 1
    assert days(record) == [YESTERDAY, YESTERDAY + DAY]


def test_after_a_long_pause_only_three_days_have_a_digest(record):
    digest(record)
    assert digest(record, NOW + 10 * DAY) == 3
    assert days(record) == [YESTERDAY, *(YESTERDAY + n * DAY for n in (8, 9, 10))]


def test_each_subscription_has_its_own_digests(record):
    digest(record)
    subscribe(record, subscription("evening", "care", "digest"))
    assert digest(record) == 1
    assert Counter(row.recipient for row in digests(record)) == {
        "lead@veloria.example": 1,
        "care@veloria.example": 1,
    }


def test_digest_is_about_the_first_watch_of_the_subscription(record):
    subscribe(record, subscription("spying", "spy", "digest", "rival"))
    digest(record)
    subjects = {row.recipient: row.subject for row in digests(record)}
    assert "Rival" in subjects["spy@veloria.example"]
    assert "Veloria" in subjects["lead@veloria.example"]


def test_day_without_mentions_has_a_digest(record):
    """A missing digest therefore means a failure."""
    subscribe(record, subscription("spying", "spy", "digest", "rival"))
    assert digest(record) == 2


def test_digest_of_a_past_day_is_enqueued_once(record):
    assert digest(record, day="2026-04-20") == 1
    assert digest(record, day="2026-04-20") == 0
    assert days(record) == [date(2026, 4, 20)]


def test_digest_of_a_past_day_replaces_no_other(record):
    digest(record)
    digest(record, day="2026-04-20")
    assert digest(record, NOW + DAY) == 1


@pytest.mark.parametrize("day", ["2026-05-06", "2027-01-01"])
def test_day_that_is_not_over_is_an_error(record, day):
    """A digest of half a day would replace the complete one."""
    with pytest.raises(ConfigError, match="is not over"):
        digest(record, day=day)
    assert digests(record) == []


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "05/06/2026", ""])
def test_invalid_day_is_an_error_with_an_example(record, day):
    if day:
        with pytest.raises(ConfigError, match="2026-11-21"):
            digest(record, day=day)
    else:
        assert digest(record, day=day) == 1


def test_no_digest_before_the_first_detection(month_record):
    assert digest(month_record) == 0


@pytest.fixture
def record_without_posts(sqlite_record):
    """Return the database of a new installation whose only source never responded."""
    with sqlite_record.write() as tx:
        watches.replace_from_file(tx, [WATCH], [])
        people.replace_from_file(tx, PEOPLE, SUBSCRIPTIONS)
        factories.add_sources(tx, "blog", at=NOW)
        sources.record_outcome(tx, "blog", state="failed", reason="HTTP 404", now=NOW)
    return sqlite_record


def test_digest_without_any_post_states_the_failing_source(record_without_posts):
    """It is sent at the hour of the reader, not during the installation."""
    assert (
        digest(record_without_posts)
        == digest(record_without_posts, HALF_PAST_SEVEN - timedelta(minutes=1))
        == 0
    )
    assert digest(record_without_posts, HALF_PAST_SEVEN) == 1
    email = from_mime(digests(record_without_posts)[0].eml)
    assert "No mentions of Veloria" in email.subject
    for text in (email.text, email.html):
        assert "No verdict today" in text
        assert "blog (failing since it was added: HTTP 404)" in text
        assert "Still learning what is normal." in text
    with record_without_posts.read() as tx:
        assert system_health(tx, now=HALF_PAST_SEVEN).calm is None


def test_digest_waits_half_an_hour_for_the_first_backfill(record_without_posts):
    with record_without_posts.write() as tx:
        tx.execute(update(tables.sources).values(failures=0, state="ok", first_ok=NOW))
    assert digest(record_without_posts, HALF_PAST_SEVEN + timedelta(minutes=29)) == 0
    assert digest(record_without_posts, HALF_PAST_SEVEN + timedelta(minutes=30)) == 1


def test_digest_does_not_wait_for_scores_of_later_posts(record):
    """Otherwise a watch with constant posts would never get a digest."""
    fresh = factories.crawled_post("fresh", matches={"veloria": "r1"}, published=NOW)
    factories.store_page(record, fresh, at=NOW)
    assert digest(record) == 1


def test_digest_states_a_crisis_that_opened_after_its_day(record):
    """Yesterday was calm, today is not."""
    digest(record)
    (row,) = digests(record)
    text = from_mime(row.eml).text
    assert "Action needed: an incident is open." in text
    assert "INC-1 Veloria" in text
    assert "A normal day" in row.subject, "the day itself is told as it was"


OUTAGES = {
    "source": "source blog",
    "analyse": "scoring",
    "index": "search",
    "smtp": "email",
    "run": "the scheduler",
}


@pytest.mark.parametrize("part", OUTAGES)
def test_digest_states_outages_and_no_calm(record, part):
    with record.write() as tx:
        tx.execute(update(tables.incidents).values(state="resolved", resolved=NOW))
        if part == "source":
            for _ in range(2):
                sources.record_outcome(tx, "blog", state="failed", reason="HTTP 500", now=NOW)
        else:
            processes.beat(tx, failing_process(part))
    assert digest(record) == 1
    email = from_mime(digests(record)[0].eml)
    for text in (email.text, email.html):
        assert f"No verdict today. Not working: {OUTAGES[part]}." in text
        assert "Nothing needs a response" not in text
        assert "since Wed 6 May, 17:02" in text, "under how complete it is, since when"


def failing_process(name):
    return ProcessStatus(
        name=name, pid=7, host="here", started=NOW, beat=NOW, state="failing", reason="down"
    )


def test_digest_waits_half_an_hour_for_scores(record):
    factories.store_page(record, factories.crawled_post("late", matches={"veloria": "r1"}), at=NOW)
    assert digest(record, NOW + timedelta(minutes=29)) == 0
    assert digest(record, NOW + timedelta(minutes=31)) == 1
    text = from_mime(digests(record)[0].eml).text
    assert "still being scored" in text, "what is missing is said"


def test_digest_killed_before_the_commit_is_enqueued_later(record):
    class Killed(type(small_installation.notifier())):
        def enqueue_digest(self, tx, job, *, now):
            super().enqueue_digest(tx, job, now=now)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        digest_step.enqueue_due_digests(
            record, Killed(Settings(), lambda _: None), date=None, now=NOW
        )
    assert digests(record) == []
    assert digest(record) == 1


def test_inactive_subscription_gets_no_digest(record):
    with record.write() as tx:
        tx.execute(update(tables.subscriptions).values(active=False))
    assert digest(record) == 0
