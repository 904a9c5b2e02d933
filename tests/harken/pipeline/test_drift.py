"""Drift step: from stored scores to status, pages and emails."""

import shutil
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import update

from alerts.health import status_report, system_health
from alerts.messages.completeness import completeness_messages, load_completeness
from core.mention import Sentiment
from harken.pipeline.drift import watch_drift
from indexer.engines.memory import MemoryIndex
from store import tables
from store.alerts import drift, incidents
from store.analysis import rescoring
from store.analysis.verdicts import save_results
from store.crawl import sources
from store.database import Database
from templates.i18n import Translator
from tests.console import sample_installation
from tests.store import factories
from tests.store.factories import MODEL, NOON

DAY = timedelta(days=1)
DAYS, POSTS, SHIFTED_DAYS = 30, 80, 6
say = Translator()


def store_scores(record, source, shift, model=MODEL):
    """Store *POSTS* mentions a day of *source*; the scores of the last days are shifted."""
    random = Random(source)
    posts, results = [], []
    for number in range(DAYS * POSTS):  # a window of 1,000 posts has 13 days
        name = f"{source}{number}"
        at = NOON - DAYS * DAY + number * DAY / POSTS
        is_new = at >= NOON - SHIFTED_DAYS * DAY
        polarity = random.gauss(0.0, 0.4) + shift * is_new
        verdict = factories.verdict(
            name, polarity=polarity, sentiment=Sentiment.NEUTRAL, model=model
        )
        posts.append(factories.crawled_post(name, name, published=at))
        results.append(factories.analysis_result(name, name, verdicts=(verdict,), model=model))
    factories.store_page(record, *posts, source=source)
    with record.write() as tx:
        save_results(tx, results, now=NOON)
        finished = update(tables.sources).where(tables.sources.c.slug == source)
        tx.execute(finished.values(backfilled=NOON))


@pytest.fixture(scope="module")
def shifted_file(sqlite_template, tmp_path_factory):
    """Return a database file with a source whose scores have shifted, and one as before."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("shifted") / "record.db")
    record = Database(f"sqlite:///{path}")
    with record.write() as tx:
        factories.add_sources(tx, "blog", "forum", at=NOON - DAYS * DAY)
    store_scores(record, "blog", shift=-0.4)
    store_scores(record, "forum", shift=0.0)
    record.close()
    return path


@pytest.fixture
def shifted(shifted_file, tmp_path):
    """Yield a copy of that database."""
    record = Database(f"sqlite:///{shutil.copy(shifted_file, tmp_path / 'shifted.db')}")
    yield record
    record.close()


def report(record, now=NOON):
    with record.read() as tx:
        return status_report(tx, system_health(tx, now=now))["drift"]


def sentences(record):
    with record.read() as tx:
        data = load_completeness(tx, since=NOON - DAY, until=NOON, now=NOON, quality=lambda _: None)
    return [say(s) for s in completeness_messages(data) if s.key.startswith("heard.drift")]


def test_shift_of_one_source_is_reported_and_is_no_outage(shifted):
    assert watch_drift(shifted, now=NOON) == 1
    (row,) = report(shifted)
    assert (row["source"], row["model"], row["incidents"]) == ("blog", MODEL, [])
    assert row["mean"] < row["reference"] - 0.1
    assert abs(row["since"] - (NOON - SHIFTED_DAYS * DAY)) <= DAY
    with shifted.read() as tx:
        assert "drift" not in {o.what for o in system_health(tx, now=NOON).outages}


def test_digest_says_so_in_one_line(shifted):
    assert sentences(shifted) == []
    watch_drift(shifted, now=NOON)
    (sentence,) = sentences(shifted)
    assert sentence.startswith("Scores of posts from blog have shifted since Tue 24 Feb")
    assert "check a few posts" in sentence


def test_crisis_of_that_time_may_be_the_cause(shifted):
    watch_drift(shifted, now=NOON)
    with shifted.write() as tx:
        incidents.add(tx, factories.incident(onset=NOON - 2 * DAY), detector_json={})
    assert report(shifted)[0]["incidents"] == ["INC-1"]
    assert sentences(shifted)[0].endswith("This may be due to INC-1.")


def test_status_page_shows_it(shifted):
    watch_drift(shifted, now=NOON)
    context = sample_installation.make_context(shifted, MemoryIndex(), now=NOON)
    client = sample_installation.make_client(context)
    assert "Scores of posts from blog" in client.get("/status").text
    assert client.get("/status.json").json()["drift"][0]["source"] == "blog"


def test_second_step_repeats_no_post(shifted):
    for _ in range(2):
        watch_drift(shifted, now=NOON)
    watch_drift(shifted, now=NOON + 5 * DAY)
    with shifted.read() as tx:
        rows = drift.rows_of_model(tx, MODEL)
    assert set(rows) == {"blog", "forum"}
    assert sum(day[1] for day in rows["forum"].state["days"]) == DAYS * POSTS


def test_new_model_has_a_reference_of_its_own(shifted):
    watch_drift(shifted, now=NOON)
    post = factories.crawled_post("new", "new", published=NOON)
    factories.store_page(shifted, post)
    result = factories.analysis_result(
        "new", "new", verdicts=(factories.verdict("new", model="other"),), model="other"
    )
    with shifted.write() as tx:
        save_results(tx, [result], now=NOON)
    assert watch_drift(shifted, now=NOON + DAY) == 0
    assert report(shifted, NOON + DAY) == []


def test_nothing_is_compared_while_mentions_are_rescored(shifted):
    with shifted.write() as tx:
        rescoring.start(tx, "another model")
    assert watch_drift(shifted, now=NOON) == 0
    with shifted.read() as tx:
        assert drift.rows_of_model(tx, MODEL) == {}


def test_source_that_was_removed_is_not_reported(shifted):
    watch_drift(shifted, now=NOON)
    with shifted.write() as tx:
        sources.replace_from_file(tx, [("forum", "feed", {}, 900)], now=NOON)
    assert report(shifted) == []


def test_empty_database_has_no_drift(sqlite_record):
    assert watch_drift(sqlite_record, now=NOON) == 0
    assert report(sqlite_record) == []
