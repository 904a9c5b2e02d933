"""Facts of a brief: mentions of its unit, people counted once, complete evidence."""

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
from tests.alerts.example_emails import mention
from tests.store import factories
from tests.store.factories import NOON

HOUR = timedelta(hours=1)
NEGATIVE, POSITIVE = Sentiment.NEGATIVE, Sentiment.POSITIVE


def observation(n, at, sentiment=NEGATIVE, voice=None):
    return Observation(
        id=f"m{n}", at=at, first_seen=at, voice=voice, family=None, sentiment=sentiment, topics=()
    )


AGES = st.integers(0, 49 * 3600).map(lambda s: NOON - timedelta(seconds=s))
TONES = st.sampled_from([*Sentiment, None])


def test_quarter_hours_count_negative_voices():
    now = NOON + timedelta(minutes=7)
    observations = [
        observation(1, NOON - timedelta(minutes=1), voice="a"),
        observation(2, NOON - timedelta(minutes=2), voice="a"),
        observation(3, NOON - timedelta(minutes=3), voice="b"),
        observation(4, NOON - timedelta(minutes=4), POSITIVE, voice="c"),
        observation(5, NOON - QUARTER_HOUR - timedelta(minutes=1), voice="a"),
        observation(6, NOON + timedelta(minutes=1), voice="d"),  # its quarter is not over
        observation(7, NOON - (QUARTER_HOURS + 1) * QUARTER_HOUR, voice="e"),  # too old
    ]
    assert quarter_hours(observations, now) == (0, 0, 0, 0, 0, 0, 1, 2)


@given(st.lists(st.tuples(AGES, TONES), max_size=30))
def test_quarter_hours_do_not_depend_on_the_order(rows):
    utterances = [observation(n, at, tone) for n, (at, tone) in enumerate(rows)]
    assert quarter_hours(utterances, NOON) == quarter_hours(utterances[::-1], NOON)
    assert len(quarter_hours(utterances, NOON)) == QUARTER_HOURS


def test_sources_are_in_the_order_of_their_first_posts():
    mentions = [
        mention("late", sources=("forum",), published=NOON, voice="a" * 32),
        mention("first", sources=("blog",), published=NOON - HOUR, voice="a" * 32),
        mention("second", sources=("blog", "forum"), published=NOON - HOUR / 2, voice="b" * 32),
    ]
    assert [(c.source, c.first_post, c.voices) for c in sources_by_onset(mentions)] == [
        ("blog", NOON - HOUR, 2),
        ("forum", NOON - HOUR / 2, 2),
    ]


def test_duplicate_counts_of_families():
    mentions = [mention(str(n), family="spam") for n in range(3)] + [mention("alone", family=None)]
    assert duplicate_counts(mentions) == {"spam": 2, mentions[-1].id: 0}


@pytest.fixture
def record(sqlite_record):
    """Insert an hour of complaints, six on safety; praise and a complaint are ten days older."""
    texts = {f"safe{n}": (f"The brake of number {n} is loud", ("safety",)) for n in range(6)}
    texts["price"] = ("It costs too much", ("price",))
    posts = [
        factories.crawled_post(
            name, text, published=NOON - HOUR + n * timedelta(minutes=5), voice=name * 4
        )
        for n, (name, (text, _)) in enumerate(texts.items())
    ]
    past = {"praise": ("Lovely ride", POSITIVE), "grumble": ("It came late", NEGATIVE)}
    old = [
        factories.crawled_post(name, text, published=NOON - timedelta(days=10), voice=name * 4)
        for name, (text, _) in past.items()
    ]
    with sqlite_record.write() as tx:
        factories.add_sources(tx, "blog", at=NOON)
    factories.store_page(sqlite_record, *posts, *old)
    results = [
        factories.analysis_result(name, text, verdicts=(factories.verdict(text, topics=topics),))
        for name, (text, topics) in texts.items()
    ]
    results += [
        factories.analysis_result(
            name, text, verdicts=(factories.verdict(text, sentiment=sentiment, topics=()),)
        )
        for name, (text, sentiment) in past.items()
    ]
    with sqlite_record.write() as tx:
        save_results(tx, results, now=NOON)
    return sqlite_record


def collect(record, **changes):
    ids = tuple(factories.key(f"safe{n}") for n in range(6))
    incident = factories.incident(onset=NOON - HOUR, mentions=ids, **changes)
    case = IncidentCase(incident=incident, watch=factories.watch(), topic="Safety")
    explained_sides = []
    with record.read() as tx:
        completeness = load_completeness(
            tx, since=NOON - CHART_SPAN, until=NOON, now=NOON, quality=lambda _: None
        )
        facts = collect_facts(
            tx,
            case,
            completeness,
            explain=lambda *sides: explained_sides.append(sides) or (),
            now=NOON,
        )
    return facts, explained_sides


def test_chart_shows_the_unit_of_the_incident(record):
    safety, _ = collect(record, topic="safety")
    whole, _ = collect(record, topic=None)
    assert sum(bar.total for bar in safety.bars) == 6
    assert sum(bar.total for bar in whole.bars) == 7
    assert (safety.bars[0].start, safety.bars[-1].end) == (
        floor_to(NOON, HOUR) + HOUR - CHART_SPAN,
        floor_to(NOON, HOUR) + HOUR,
    )


def test_evidence_is_compared_with_earlier_complaints(record):
    facts, [(now, before)] = collect(record, topic="safety")
    assert [m.id for m in facts.mentions] == list(facts.incident.mentions)
    assert tuple(now) == facts.mentions
    assert [m.text for m in before] == ["It came late"]


def test_erased_mention_is_omitted(record):
    ids = (factories.key("nobody"), factories.key("safe1"))
    facts, _ = collect(record)
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
