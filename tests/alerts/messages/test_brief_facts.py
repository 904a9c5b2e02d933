"""Facts of a brief: the mentions of its unit, people counted once, the complete evidence."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.brief_facts import (
    CHART_SPAN,
    QUARTER_HOUR,
    QUARTER_HOURS,
    IncidentCase,
    collect_facts,
    duplicate_counts,
    quarter_hours,
    sources_by_onset,
)
from alerts.messages.completeness import load_completeness
from core.mention import Sentiment
from core.observation import Observation
from core.timestamps import floor_to
from store.analysis.verdicts import save_results
from tests.alerts.example_letters import mention
from tests.store import factories
from tests.store.factories import NOON

HOUR = timedelta(hours=1)
NEGATIVE, POSITIVE = Sentiment.NEGATIVE, Sentiment.POSITIVE


def said(n, at, sentiment=NEGATIVE, voice=None):
    return Observation(
        id=f"m{n}", at=at, first_seen=at, voice=voice, family=None, sentiment=sentiment, topics=()
    )


AGES = st.integers(0, 49 * 3600).map(lambda s: NOON - timedelta(seconds=s))
TONES = st.sampled_from([*Sentiment, None])


def test_the_pulse_counts_negative_voices_by_complete_quarters_of_an_hour():
    now = NOON + timedelta(minutes=7)
    spoken = [
        said(1, NOON - timedelta(minutes=1), voice="a"),
        said(2, NOON - timedelta(minutes=2), voice="a"),
        said(3, NOON - timedelta(minutes=3), voice="b"),
        said(4, NOON - timedelta(minutes=4), POSITIVE, voice="c"),
        said(5, NOON - QUARTER_HOUR - timedelta(minutes=1), voice="a"),
        said(6, NOON + timedelta(minutes=1), voice="d"),  # its quarter is not over
        said(7, NOON - (QUARTER_HOURS + 1) * QUARTER_HOUR, voice="e"),  # too old
    ]
    assert quarter_hours(spoken, now) == (0, 0, 0, 0, 0, 0, 1, 2)


@given(st.lists(st.tuples(AGES, TONES), max_size=30))
def test_the_pulse_is_the_same_in_any_order(spoken):
    utterances = [said(n, at, tone) for n, (at, tone) in enumerate(spoken)]
    assert quarter_hours(utterances, NOON) == quarter_hours(utterances[::-1], NOON)
    assert len(quarter_hours(utterances, NOON)) == QUARTER_HOURS


def test_sources_carry_it_in_the_order_in_which_they_did():
    found = [
        mention("late", sources=("forum",), published=NOON, voice="a" * 32),
        mention("first", sources=("blog",), published=NOON - HOUR, voice="a" * 32),
        mention("second", sources=("blog", "forum"), published=NOON - HOUR / 2, voice="b" * 32),
    ]
    assert [(c.source, c.first_post, c.voices) for c in sources_by_onset(found)] == [
        ("blog", NOON - HOUR, 2),
        ("forum", NOON - HOUR / 2, 2),
    ]


def test_copies_are_what_there_is_beside_the_first_of_a_family():
    found = [mention(str(n), family="spam") for n in range(3)] + [mention("alone", family=None)]
    assert duplicate_counts(found) == {"spam": 2, found[-1].id: 0}


@pytest.fixture
def record(sqlite_record):
    """An hour of complaints on safety, one on price; praise and a complaint of ten days ago."""
    texts = {f"safe{n}": (f"The brake of number {n} is loud", ("safety",)) for n in range(6)}
    texts["price"] = ("It costs too much", ("price",))
    posts = [
        factories.heard(
            name, text, published=NOON - HOUR + n * timedelta(minutes=5), voice=name * 4
        )
        for n, (name, (text, _)) in enumerate(texts.items())
    ]
    past = {"praise": ("Lovely ride", POSITIVE), "grumble": ("It came late", NEGATIVE)}
    old = [
        factories.heard(name, text, published=NOON - timedelta(days=10), voice=name * 4)
        for name, (text, _) in past.items()
    ]
    with sqlite_record.write() as tx:
        factories.begin(tx, "blog", at=NOON)
    factories.hear(sqlite_record, *posts, *old)
    found = [
        factories.finding(name, text, verdicts=(factories.verdict(text, topics=topics),))
        for name, (text, topics) in texts.items()
    ]
    found += [
        factories.finding(
            name, text, verdicts=(factories.verdict(text, sentiment=sentiment, topics=()),)
        )
        for name, (text, sentiment) in past.items()
    ]
    with sqlite_record.write() as tx:
        save_results(tx, found, now=NOON)
    return sqlite_record


def gathered(record, **changes):
    ids = tuple(factories.key(f"safe{n}") for n in range(6))
    incident = factories.incident(onset=NOON - HOUR, mentions=ids, **changes)
    case = IncidentCase(incident=incident, watch=factories.watch(), topic="Safety")
    told = []
    with record.read() as tx:
        completeness = load_completeness(
            tx, since=NOON - CHART_SPAN, until=NOON, now=NOON, quality=lambda _: None
        )
        facts = collect_facts(
            tx, case, completeness, explain=lambda *sides: told.append(sides) or (), now=NOON
        )
    return facts, told


def test_the_chart_shows_the_incidents_own_unit(record):
    safety, _ = gathered(record, topic="safety")
    whole, _ = gathered(record, topic=None)
    assert sum(bar.total for bar in safety.bars) == 6
    assert sum(bar.total for bar in whole.bars) == 7
    assert (safety.bars[0].start, safety.bars[-1].end) == (
        floor_to(NOON, HOUR) + HOUR - CHART_SPAN,
        floor_to(NOON, HOUR) + HOUR,
    )


def test_the_evidence_is_quoted_in_its_order_and_held_against_the_complaints_before(record):
    made, [(now, before)] = gathered(record, topic="safety")
    assert [m.id for m in made.mentions] == list(made.incident.mentions)
    assert tuple(now) == made.mentions
    assert [m.text for m in before] == ["It came late"]


def test_a_mention_erased_meanwhile_is_left_out(record):
    ids = (factories.key("nobody"), factories.key("safe1"))
    facts, _ = gathered(record)
    assert len(facts.mentions) == 6
    with record.read() as tx:
        completeness = load_completeness(
            tx, since=NOON - CHART_SPAN, until=NOON, now=NOON, quality=lambda _: None
        )
        case = IncidentCase(
            incident=factories.incident(mentions=ids), watch=factories.watch(), topic=None
        )
        facts = collect_facts(tx, case, completeness, explain=lambda *_: (), now=NOON)
    assert [m.id for m in facts.mentions] == [factories.key("safe1")]
