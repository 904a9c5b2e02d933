"""Queries of steps and pages: observations, counts, baselines, all mentions in order."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from core.mention import AnalysisState, MentionState, Sentiment
from store import counts, mentions, tables
from store.alerts import baselines, observations
from store.analysis.verdicts import save_results
from store.database import Database
from tests.store.factories import (
    add_sources,
    analysis_result,
    crawled_post,
    key,
    store_page,
    verdict,
)

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        add_sources(tx, "blog")


def save(record: Database, *results, at) -> None:
    with record.write() as tx:
        save_results(tx, results, now=at)


def observation_ids(record: Database, *, since, until) -> list[str]:
    with record.read() as tx:
        return [u.id for u in observations.observations(tx, "acme", since=since, until=until)]


def mark_deleted(record: Database, name: str) -> None:
    with record.write() as tx:
        own = update(tables.mentions).where(tables.mentions.c.id == key(name))
        tx.execute(own.values(state=MentionState.DELETED))


def test_observation_has_the_fields_for_counting(record, now):
    store_page(record, crawled_post("a", published=now - DAY), at=now)
    save(record, analysis_result("a"), at=now)
    with record.read() as tx:
        (observation,) = observations.observations(tx, "acme", since=now - DAY, until=now)
    assert (observation.id, observation.at, observation.first_seen) == (key("a"), now - DAY, now)
    assert (observation.voice, observation.family) == ("v" * 32, "f" * 32)
    assert (observation.sentiment, observation.topics) == (Sentiment.NEGATIVE, ("safety",))


def test_observations_are_in_a_half_open_window_oldest_first(record, now):
    posts = {"late": now, "mid": now - DAY, "first": now - 2 * DAY}
    store_page(record, *(crawled_post(n, published=at) for n, at in posts.items()))
    save(record, *(analysis_result(n) for n in posts), at=now)
    assert observation_ids(record, since=now - 2 * DAY, until=now) == [key("first"), key("mid")]
    assert observation_ids(record, since=now, until=now) == []


def test_only_analysed_live_mentions_of_the_watch_are_counted(record, now):
    store_page(record, *(crawled_post(n) for n in ("scored", "pending", "sick", "gone", "mute")))
    store_page(record, crawled_post("theirs", matches={"rival": "r1"}))
    unscored = analysis_result("mute", analysis=AnalysisState.UNSCORED, verdicts=(), vector=None)
    quarantined_result = analysis_result(
        "sick", analysis=AnalysisState.QUARANTINED, verdicts=(), vector=None
    )
    save(
        record,
        *(analysis_result(n) for n in ("scored", "gone", "theirs")),
        unscored,
        quarantined_result,
        at=now,
    )
    mark_deleted(record, "gone")
    ids = observation_ids(record, since=now - DAY, until=now + DAY)
    assert sorted(ids) == sorted([key("scored"), key("mute")])


def test_observation_has_the_newest_verdict_on_the_whole_text(record, now):
    store_page(record, crawled_post("a"))
    verdicts = (verdict(), verdict(watch="acme", sentiment=Sentiment.NEUTRAL))
    save(record, analysis_result("a", verdicts=verdicts), at=now)
    with record.write() as tx:
        tx.execute(update(tables.mentions).values(analysis=AnalysisState.PENDING))
    newer = verdict(model="newer", sentiment=Sentiment.POSITIVE, topics=())
    save(record, analysis_result("a", model="newer", verdicts=(newer,)), at=now + DAY)
    with record.read() as tx:
        (observation,) = observations.observations(tx, "acme", since=now - DAY, until=now + DAY)
        (mention,) = mentions.get(tx, [key("a")])
    assert (observation.sentiment, observation.topics) == (Sentiment.POSITIVE, ())
    assert mention.verdict == newer
    assert len(mention.verdicts) == 3


@given(levels=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_baseline_round_trips_exactly(record, now, levels):
    state = {"levels": levels, "names": {"a": None, "b": [True, "ü"]}}
    with record.write() as tx:
        baselines.save_baseline(tx, "acme", learnt_to=now, state=state)
        row = baselines.baseline(tx, "acme")
    assert repr(row) == repr((now, state))
    with record.read() as tx:
        assert baselines.baseline(tx, "rival") is None


def test_every_mention_is_counted_in_one_state(record, now):
    names = ("scored", "pending", "mute", "sick", "gone")
    store_page(record, *(crawled_post(n) for n in names))
    mute = analysis_result(
        "mute",
        analysis=AnalysisState.UNSCORED,
        reason="language:fi",
        verdicts=(),
        vector=None,
        language="fi",
    )
    sick = analysis_result("sick", analysis=AnalysisState.QUARANTINED, verdicts=(), language=None)
    save(record, analysis_result("scored"), analysis_result("gone"), mute, sick, at=now)
    mark_deleted(record, "gone")
    with record.read() as tx:
        counts_by_state = counts.by_analysis_state(tx)
        assert counts_by_state == dict.fromkeys(
            ("pending", "scored", "unscored", "quarantined", "deleted"), 1
        )
        assert sum(counts_by_state.values()) == len(names)
        assert counts.total(tx) == len(names) - 1
        assert counts.unscored_by_language(tx, since=now, until=now + DAY) == {"fi": 1}
        assert counts.unscored_by_language(tx, since=now + DAY, until=now + DAY) == {}
        assert counts.unsupported_languages(tx) == {"fi": 1}
        assert counts.newest_published(tx) == now
        assert (counts.latest_model(tx), counts.encoder_sha256(tx)) == ("lexicon", "e" * 64)


def test_empty_database_has_counts(record):
    with record.read() as tx:
        assert set(counts.by_analysis_state(tx).values()) == {0}
        assert (
            counts.newest_published(tx),
            counts.latest_model(tx),
            counts.encoder_sha256(tx),
        ) == (None, "", None)
        assert list(mentions.all_mentions(tx)) == []


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_all_mentions_are_read_once_oldest_first(record, now, batch):
    ages = [3, 1, 1, 1, 2, 5, 4]
    posts = [crawled_post(f"m{k}", published=now - age * DAY) for k, age in enumerate(ages)]
    store_page(record, *posts)
    with record.read() as tx:
        dates_and_ids = [(m.published, m.id) for m in mentions.all_mentions(tx, batch=batch)]
        assert mentions.uris(tx) == {h.post.uri: h.id for h in posts}
    assert dates_and_ids == sorted((h.post.published, h.id) for h in posts)


def test_mentions_are_returned_in_the_order_of_the_ids(record):
    store_page(record, crawled_post("a"), crawled_post("b"))
    with record.read() as tx:
        rows = mentions.get(tx, [key("b"), key("nobody"), key("a")])
    assert [m.id for m in rows] == [key("b"), key("a")]


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_valid_text_round_trips(record, text):
    store_page(record, crawled_post("a", text))
    with record.read() as tx:
        assert mentions.get(tx, [key("a")])[0].text == text


def test_unreadable_mentions_are_of_no_unsupported_language(record, now):
    store_page(record, *(crawled_post(name) for name in ("blank", "foreign")))
    unscored = {"analysis": AnalysisState.UNSCORED, "verdicts": (), "language": None}
    blank = analysis_result("blank", reason="empty", **unscored)
    save(record, blank, analysis_result("foreign", reason="language:unknown", **unscored), at=now)
    with record.read() as tx:
        assert counts.unsupported_languages(tx) == {"unknown": 1}


def test_recent_languages_are_those_of_the_newest_mentions(record, now):
    languages = {"old": "fr", "new1": "it", "new2": "it", "new3": None, "new4": "en"}
    posts = [crawled_post(name, published=now + n * DAY) for n, name in enumerate(languages)]
    store_page(record, *posts, at=now + 9 * DAY)
    save(record, *(analysis_result(n, language=code) for n, code in languages.items()), at=now)
    with record.read() as tx:
        assert counts.recent_languages(tx, limit=4) == {"it": 2, "en": 1}
        assert counts.recent_languages(tx) == {"it": 2, "en": 1, "fr": 1}
