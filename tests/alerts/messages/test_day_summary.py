"""The biggest change of the day is its headline, and calm requires sufficient coverage."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.completeness import Completeness
from alerts.messages.day_summary import (
    DayHighlight,
    HighlightKind,
    Safety,
    TopicDay,
    pick_highlight,
    safety,
)
from alerts.messages.headline import headline, lede, safety_answer
from alerts.poisson import poisson_z
from core.coverage import Coverage
from core.incident import IncidentKind, IncidentState
from templates.i18n import Translator
from tests.alerts import example_emails as letters

say = Translator()
ALL = Completeness(coverage=Coverage(sources=4, heard=4))
ORDINARY = letters.counts(22, 41, 42, (22, 41, 42))
COUNT = st.integers(0, 300)
MEAN = st.floats(0, 300)


def topic(name: str, *voices: int, usual: tuple[float, ...] | None) -> TopicDay:
    """Return a topic with negative, neutral and positive voices."""
    return TopicDay(id=name, name=name, counts=letters.counts(*voices, usual))


APP = topic("app", 14, 8, 6, usual=(3, 6, 5))
PRICE = topic("price", 9, 15, 7, usual=(9, 14, 9))
JOY = topic("design", 2, 6, 30, usual=(2, 6, 9))
BUSY = topic("recall", 9, 40, 9, usual=(5, 8, 5))
NEW = topic("smell", 6, 1, 0, usual=(0, 0, 0))


@pytest.mark.parametrize(
    ("topics", "kind", "text"),
    [
        (
            (APP, PRICE),
            HighlightKind.SOUR,
            "Complaints about app jumped: 14 people (normally about 3)",
        ),
        (
            (PRICE, JOY),
            HighlightKind.PRAISE,
            "Praise for design is up: 30 people (normally about 9)",
        ),
        ((BUSY,), HighlightKind.BUSY, "58 people talked about recall, 3.2× normal"),
        (
            (NEW,),
            HighlightKind.SOUR,
            "Complaints about smell jumped: 6 people (normally almost none)",
        ),
        (
            (PRICE,),
            HighlightKind.ORDINARY,
            "A normal day: 126 mentions of Veloria, 21% negative",
        ),
    ],
)
def test_biggest_change_is_the_headline(topics, kind, text):
    highlight = pick_highlight(ORDINARY, topics, ())
    assert highlight.kind is kind
    assert say(headline("Veloria", ORDINARY, highlight)) == text


def test_topic_below_the_threshold_can_be_the_highlight():
    highlight = pick_highlight(ORDINARY, (PRICE, APP), ())
    assert highlight.topic == APP
    assert "It stayed below the incident threshold." in [
        say(s) for s in lede(ORDINARY, (APP,), highlight)
    ]


def test_crisis_of_the_day_is_the_highlight():
    battery = topic("battery", 8, 4, 2, usual=(3, 4, 2))
    highlight = pick_highlight(ORDINARY, (APP, battery), (letters.crisis(),))
    assert (highlight.kind, highlight.topic) == (HighlightKind.INCIDENT, battery)
    assert say(headline("Veloria", ORDINARY, highlight)).startswith("Battery: incident, ")


def test_notice_is_not_the_highlight():
    notice = letters.crisis(kind=IncidentKind.ATTENTION)
    assert pick_highlight(ORDINARY, (), (notice,)).kind is HighlightKind.ORDINARY
    assert safety(pick_highlight(ORDINARY, (), ()), (notice,), ALL) is Safety.CALM


def test_worst_of_several_crises_is_the_highlight():
    mild = letters.crisis(id=6, severity=3, onset=letters.ONSET - timedelta(hours=1))
    highlight = pick_highlight(ORDINARY, (), (mild, letters.crisis()))
    assert highlight.incident == letters.crisis()


@pytest.mark.parametrize(
    ("negative", "text"),
    [
        (112, "Battery pushed the negative share to 45%, double the normal share"),
        (400, "Battery pushed the negative share to 75% (normally 21%)"),
        (22, "Battery: incident, 64 people complaining"),
    ],
)
def test_headline_of_an_incident_states_the_change_of_the_share(negative, text):
    counts = letters.counts(negative, 74, 61, (22, 41, 42))
    highlight = pick_highlight(counts, letters.day().topics, (letters.crisis(),))
    assert say(headline("Veloria", counts, highlight)) == text


@given(COUNT, COUNT, MEAN)
def test_poisson_z_increases_with_the_count(one, more, usual):
    assert poisson_z(one + more, usual) >= poisson_z(one, usual)


@given(COUNT, MEAN, MEAN)
def test_poisson_z_decreases_with_the_normal_level(count, usual, more):
    assert poisson_z(count, usual + more) <= poisson_z(count, usual)


@given(st.integers(0, 10_000))
def test_poisson_z_of_the_normal_level_is_0(count):
    assert poisson_z(count, count) == 0


@given(COUNT, COUNT, COUNT)
def test_topic_without_history_is_not_the_highlight(negative, neutral, positive):
    loud = topic("loud", negative, neutral, positive, usual=None)
    assert pick_highlight(ORDINARY, (loud,), ()).kind is HighlightKind.ORDINARY


@given(st.integers(0, 4))
def test_few_voices_are_not_the_highlight(voices):
    assert (
        pick_highlight(ORDINARY, (topic("x", voices, 0, 0, usual=(0, 0, 0)),), ()).kind
        is HighlightKind.ORDINARY
    )


def test_lede_names_the_topic_behind_a_rise():
    counts = letters.counts(112, 41, 42, (22, 41, 42))
    battery = topic("battery", 95, 6, 5, usual=(5, 6, 5))
    sentences = [say(s) for s in lede(counts, (battery,), pick_highlight(counts, (battery,), ()))]
    assert sentences[0] == "234 mentions by 195 people, 1.9× a normal day."
    assert sentences[1] == "One story explains almost all of the increase: battery."


def test_best_topic_is_another_than_the_highlight():
    assert "Best received: design (79% positive)." in [
        say(s) for s in lede(ORDINARY, (APP, JOY), pick_highlight(ORDINARY, (APP,), ()))
    ]
    assert len(list(lede(ORDINARY, (JOY,), pick_highlight(ORDINARY, (JOY,), ())))) == 1


@given(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 10), st.integers(0, 10))
def test_calm_requires_coverage_and_a_baseline(
    is_open, has_outage, has_baseline, covered_count, missing_count
):
    """There must be no open crisis, no outage, at least half of the sources and a baseline."""
    state = IncidentState.OPEN if is_open else IncidentState.RESOLVED
    incidents = (letters.crisis(state=state),)
    silences = (letters.outage(),) if has_outage else ()
    coverage = Coverage(sources=covered_count + missing_count, heard=covered_count)
    completeness = Completeness(coverage=coverage, outages=silences, has_baseline=has_baseline)
    verdict = safety(DayHighlight(kind=HighlightKind.ORDINARY), incidents, completeness)
    if is_open:
        assert verdict is Safety.ALARM
    elif (
        has_outage
        or not has_baseline
        or covered_count < missing_count
        or covered_count + missing_count == 0
    ):
        assert verdict is Safety.UNKNOWN
    else:
        assert verdict is Safety.CALM


def test_negative_highlight_asks_to_keep_watching():
    highlight = pick_highlight(ORDINARY, (APP,), ())
    verdict = safety(highlight, (), ALL)
    assert say(safety_answer(verdict, highlight)) == "No response needed today. Keep watching: app."


def test_each_outage_is_named_once():
    outages = [letters.outage("scorer"), letters.outage("scorer"), letters.outage("source")]
    sentence = say(
        safety_answer(Safety.UNKNOWN, DayHighlight(kind=HighlightKind.ORDINARY), outages)
    )
    assert sentence == "No verdict today. Not working: source velo-forum, scoring."


def test_many_silent_sources_are_a_number():
    sentence = say(
        safety_answer(
            Safety.UNKNOWN,
            DayHighlight(kind=HighlightKind.ORDINARY),
            [letters.outage("source")] * 9,
        )
    )
    assert sentence == "No verdict today. Not working: 9 sources."


def test_headline_of_a_crisis_without_topic_names_the_watch():
    counts = letters.counts(60, 20, 20, (10, 20, 20))
    whole = letters.crisis(topic=None)
    assert say(headline("Veloria", counts, pick_highlight(counts, (), (whole,)))) == (
        "Veloria: negative share rose to 60% (normally 20%)"
    )


def test_acknowledged_crisis_is_an_alarm():
    incident = letters.crisis(state=IncidentState.ACKNOWLEDGED)
    assert safety(DayHighlight(kind=HighlightKind.INCIDENT), (incident,), ALL) is Safety.ALARM
