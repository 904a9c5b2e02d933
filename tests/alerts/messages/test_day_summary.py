"""The biggest change of the day leads, and calm requires sufficient coverage."""

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
    poisson_z,
    safety,
)
from alerts.messages.headline import headline, lede, safety_answer
from core.coverage import Coverage
from core.incident import IncidentKind, IncidentState
from templates.i18n import Translator
from tests.alerts import example_letters as letters

say = Translator()
ALL = Completeness(coverage=Coverage(sources=4, heard=4))
ORDINARY = letters.counts(22, 41, 42, (22, 41, 42))
COUNT = st.integers(0, 300)
MEAN = st.floats(0, 300)


def topic(name: str, *voices: int, usual: tuple[float, ...] | None) -> TopicDay:
    """A topic with negative, neutral and positive voices."""
    return TopicDay(id=name, name=name, counts=letters.counts(*voices, usual))


APP = topic("app", 14, 8, 6, usual=(3, 6, 5))
PRICE = topic("price", 9, 15, 7, usual=(9, 14, 9))
JOY = topic("design", 2, 6, 30, usual=(2, 6, 9))
BUSY = topic("recall", 9, 40, 9, usual=(5, 8, 5))
NEW = topic("smell", 6, 1, 0, usual=(0, 0, 0))


@pytest.mark.parametrize(
    ("topics", "story", "said"),
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
def test_the_biggest_change_against_usual_leads(topics, story, said):
    highlight = pick_highlight(ORDINARY, topics, ())
    assert highlight.kind is story
    assert say(headline("Veloria", ORDINARY, highlight)) == said


def test_a_story_that_is_over_leads_though_it_never_paged():
    highlight = pick_highlight(ORDINARY, (PRICE, APP), ())
    assert highlight.topic == APP
    assert "It stayed below the incident threshold." in [
        say(s) for s in lede(ORDINARY, (APP,), highlight)
    ]


def test_a_crisis_of_the_day_goes_before_any_other_story():
    battery = topic("battery", 8, 4, 2, usual=(3, 4, 2))
    highlight = pick_highlight(ORDINARY, (APP, battery), (letters.crisis(),))
    assert (highlight.kind, highlight.topic) == (HighlightKind.INCIDENT, battery)
    assert say(headline("Veloria", ORDINARY, highlight)).startswith("Battery: incident, ")


def test_a_notice_is_no_incident():
    notice = letters.crisis(kind=IncidentKind.ATTENTION)
    assert pick_highlight(ORDINARY, (), (notice,)).kind is HighlightKind.ORDINARY
    assert safety(pick_highlight(ORDINARY, (), ()), (notice,), ALL) is Safety.CALM


def test_the_worst_of_several_crises_leads():
    mild = letters.crisis(id=6, severity=3, onset=letters.ONSET - timedelta(hours=1))
    highlight = pick_highlight(ORDINARY, (), (mild, letters.crisis()))
    assert highlight.incident == letters.crisis()


@pytest.mark.parametrize(
    ("negative", "said"),
    [
        (112, "Battery pushed the negative share to 45%, double the normal share"),
        (400, "Battery pushed the negative share to 75% (normally 21%)"),
        (22, "Battery: incident, 64 people complaining"),
    ],
)
def test_an_incident_is_told_by_the_share_it_moved(negative, said):
    counts = letters.counts(negative, 74, 61, (22, 41, 42))
    highlight = pick_highlight(counts, letters.day().topics, (letters.crisis(),))
    assert say(headline("Veloria", counts, highlight)) == said


@given(COUNT, COUNT, MEAN)
def test_surprise_grows_with_the_count(one, more, usual):
    assert poisson_z(one + more, usual) >= poisson_z(one, usual)


@given(COUNT, MEAN, MEAN)
def test_surprise_shrinks_with_what_is_usual(count, usual, more):
    assert poisson_z(count, usual + more) <= poisson_z(count, usual)


@given(st.integers(0, 10_000))
def test_what_is_usual_is_no_surprise(count):
    assert poisson_z(count, count) == 0


@given(COUNT, COUNT, COUNT)
def test_without_history_there_is_no_story(negative, neutral, positive):
    loud = topic("loud", negative, neutral, positive, usual=None)
    assert pick_highlight(ORDINARY, (loud,), ()).kind is HighlightKind.ORDINARY


@given(st.integers(0, 4))
def test_a_handful_of_voices_is_no_story(voices):
    assert (
        pick_highlight(ORDINARY, (topic("x", voices, 0, 0, usual=(0, 0, 0)),), ()).kind
        is HighlightKind.ORDINARY
    )


def test_a_rise_that_one_topic_explains_is_said_so():
    counts = letters.counts(112, 41, 42, (22, 41, 42))
    battery = topic("battery", 95, 6, 5, usual=(5, 6, 5))
    sentences = [say(s) for s in lede(counts, (battery,), pick_highlight(counts, (battery,), ()))]
    assert sentences[0] == "234 mentions by 195 people, 1.9× a normal day."
    assert sentences[1] == "One story explains almost all of the increase: battery."


def test_a_bright_spot_is_not_the_story_itself():
    assert "Best received: design (79% positive)." in [
        say(s) for s in lede(ORDINARY, (APP, JOY), pick_highlight(ORDINARY, (APP,), ()))
    ]
    assert len(list(lede(ORDINARY, (JOY,), pick_highlight(ORDINARY, (JOY,), ())))) == 1


@given(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 10), st.integers(0, 10))
def test_silence_is_safe_only_with_everything_heard(is_open, silent, learnt, heard, deaf):
    """Calm requires no open crisis, no outage, at least half the sources and a baseline."""
    state = IncidentState.OPEN if is_open else IncidentState.RESOLVED
    incidents = (letters.crisis(state=state),)
    silences = (letters.silence(),) if silent else ()
    coverage = Coverage(sources=heard + deaf, heard=heard)
    completeness = Completeness(coverage=coverage, outages=silences, has_baseline=learnt)
    verdict = safety(DayHighlight(kind=HighlightKind.ORDINARY), incidents, completeness)
    if is_open:
        assert verdict is Safety.ALARM
    elif silent or not learnt or heard < deaf or heard + deaf == 0:
        assert verdict is Safety.UNKNOWN
    else:
        assert verdict is Safety.CALM


def test_a_sour_story_keeps_an_eye_open():
    highlight = pick_highlight(ORDINARY, (APP,), ())
    verdict = safety(highlight, (), ALL)
    assert say(safety_answer(verdict, highlight)) == "No response needed today. Keep watching: app."


def test_what_is_silent_is_named_once_where_nobody_can_tell():
    deaf = [letters.silence("scorer"), letters.silence("scorer"), letters.silence("source")]
    sentence = say(safety_answer(Safety.UNKNOWN, DayHighlight(kind=HighlightKind.ORDINARY), deaf))
    assert sentence == "No verdict today. Not working: source velo-forum, scoring."


def test_of_many_silent_sources_the_answer_tells_the_number():
    sentence = say(
        safety_answer(
            Safety.UNKNOWN,
            DayHighlight(kind=HighlightKind.ORDINARY),
            [letters.silence("source")] * 9,
        )
    )
    assert sentence == "No verdict today. Not working: 9 sources."


def test_a_crisis_of_a_whole_watch_is_not_told_as_its_cause():
    counts = letters.counts(60, 20, 20, (10, 20, 20))
    whole = letters.crisis(topic=None)
    assert say(headline("Veloria", counts, pick_highlight(counts, (), (whole,)))) == (
        "Veloria: negative share rose to 60% (normally 20%)"
    )


def test_an_acknowledged_crisis_is_still_an_alarm():
    incident = letters.crisis(state=IncidentState.ACKNOWLEDGED)
    assert safety(DayHighlight(kind=HighlightKind.INCIDENT), (incident,), ALL) is Safety.ALARM
