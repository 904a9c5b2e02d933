"""Reads of steps and pages: observations, counts, baselines, all mentions in order."""

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
from tests.store.factories import begin, finding, hear, heard, key, verdict

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        begin(tx, "blog")


def find(record: Database, *found, at) -> None:
    with record.write() as tx:
        save_results(tx, found, now=at)


def about(record: Database, *, since, until) -> list[str]:
    with record.read() as tx:
        return [u.id for u in observations.observations(tx, "acme", since=since, until=until)]


def delete_(record: Database, name: str) -> None:
    with record.write() as tx:
        own = update(tables.mentions).where(tables.mentions.c.id == key(name))
        tx.execute(own.values(state=MentionState.DELETED))


def test_an_utterance_carries_what_counting_needs(record, now):
    hear(record, heard("a", published=now - DAY), at=now)
    find(record, finding("a"), at=now)
    with record.read() as tx:
        (one,) = observations.observations(tx, "acme", since=now - DAY, until=now)
    assert (one.id, one.at, one.first_seen) == (key("a"), now - DAY, now)
    assert (one.voice, one.family) == ("v" * 32, "f" * 32)
    assert (one.sentiment, one.topics) == (Sentiment.NEGATIVE, ("safety",))


def test_utterances_lie_in_a_half_open_window_oldest_first(record, now):
    posts = {"late": now, "mid": now - DAY, "first": now - 2 * DAY}
    hear(record, *(heard(n, published=at) for n, at in posts.items()))
    find(record, *(finding(n) for n in posts), at=now)
    assert about(record, since=now - 2 * DAY, until=now) == [key("first"), key("mid")]
    assert about(record, since=now, until=now) == []


def test_only_analysed_live_mentions_of_the_watch_are_counted(record, now):
    hear(record, *(heard(n) for n in ("scored", "pending", "sick", "gone", "mute")))
    hear(record, heard("theirs", matches={"rival": "r1"}))
    mute = finding("mute", analysis=AnalysisState.UNSCORED, verdicts=(), vector=None)
    sick = finding("sick", analysis=AnalysisState.QUARANTINED, verdicts=(), vector=None)
    find(record, *(finding(n) for n in ("scored", "gone", "theirs")), mute, sick, at=now)
    delete_(record, "gone")
    found = about(record, since=now - DAY, until=now + DAY)
    assert sorted(found) == sorted([key("scored"), key("mute")])


def test_an_utterance_has_the_verdict_of_the_newest_model_on_the_whole_text(record, now):
    hear(record, heard("a"))
    told = (verdict(), verdict(watch="acme", sentiment=Sentiment.NEUTRAL))
    find(record, finding("a", verdicts=told), at=now)
    with record.write() as tx:
        tx.execute(update(tables.mentions).values(analysis=AnalysisState.PENDING))
    newer = verdict(model="newer", sentiment=Sentiment.POSITIVE, topics=())
    find(record, finding("a", model="newer", verdicts=(newer,)), at=now + DAY)
    with record.read() as tx:
        (one,) = observations.observations(tx, "acme", since=now - DAY, until=now + DAY)
        (whole,) = mentions.get(tx, [key("a")])
    assert (one.sentiment, one.topics) == (Sentiment.POSITIVE, ())
    assert whole.verdict == newer
    assert len(whole.verdicts) == 3


@given(levels=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_baseline_comes_back_to_the_last_bit(record, now, levels):
    state = {"levels": levels, "names": {"a": None, "b": [True, "ü"]}}
    with record.write() as tx:
        baselines.save_baseline(tx, "acme", learnt_to=now, state=state)
        found = baselines.baseline(tx, "acme")
    assert repr(found) == repr((now, state))
    with record.read() as tx:
        assert baselines.baseline(tx, "rival") is None


def test_every_mention_stands_in_one_place_of_the_tally(record, now):
    names = ("scored", "pending", "mute", "sick", "gone")
    hear(record, *(heard(n) for n in names))
    mute = finding("mute", analysis=AnalysisState.UNSCORED, verdicts=(), vector=None, language="fi")
    sick = finding("sick", analysis=AnalysisState.QUARANTINED, verdicts=(), language=None)
    find(record, finding("scored"), finding("gone"), mute, sick, at=now)
    delete_(record, "gone")
    with record.read() as tx:
        places = counts.by_analysis_state(tx)
        assert places == dict.fromkeys(
            ("pending", "scored", "unscored", "quarantined", "deleted"), 1
        )
        assert sum(places.values()) == len(names)
        assert counts.total(tx) == len(names) - 1
        assert counts.unscored_by_language(tx, since=now, until=now + DAY) == {"fi": 1}
        assert counts.unscored_by_language(tx, since=now + DAY, until=now + DAY) == {}
        assert counts.newest_published(tx) == now
        assert (counts.latest_model(tx), counts.encoder_sha256(tx)) == ("lexicon", "e" * 64)


def test_an_empty_record_has_a_tally_too(record):
    with record.read() as tx:
        assert set(counts.by_analysis_state(tx).values()) == {0}
        assert (
            counts.newest_published(tx),
            counts.latest_model(tx),
            counts.encoder_sha256(tx),
        ) == (None, "", None)
        assert list(mentions.all_mentions(tx)) == []


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_everything_is_each_mention_once_oldest_published_first(record, now, batch):
    ages = [3, 1, 1, 1, 2, 5, 4]
    posts = [heard(f"m{k}", published=now - age * DAY) for k, age in enumerate(ages)]
    hear(record, *posts)
    with record.read() as tx:
        found = [(m.published, m.id) for m in mentions.all_mentions(tx, batch=batch)]
        assert mentions.uris(tx) == {h.post.uri: h.id for h in posts}
    assert found == sorted((h.post.published, h.id) for h in posts)


def test_mentions_are_read_in_the_order_they_are_asked_for(record):
    hear(record, heard("a"), heard("b"))
    with record.read() as tx:
        found = mentions.get(tx, [key("b"), key("nobody"), key("a")])
    assert [m.id for m in found] == [key("b"), key("a")]


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_valid_text_comes_back_as_it_was(record, text):
    hear(record, heard("a", text))
    with record.read() as tx:
        assert mentions.get(tx, [key("a")])[0].text == text
