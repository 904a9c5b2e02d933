"""The brief answers the questions of a responder with the numbers of the incident."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.brief import (
    MAX_THREAD_LENGTH,
    brief_context,
    compose_brief,
    headline,
    thread_ids,
)
from core.incident import IncidentState
from templates.i18n import Translator
from tests.alerts import example_letters as letters

say = Translator(zone="Europe/Berlin")


def composed(**changes):
    """Return the email on INC-7, *changes* as in BriefFacts."""
    return compose_brief(letters.evidence(**changes), letters.ENVELOPE, letters.NOW)


def test_the_numbers_are_those_of_the_incident():
    """Both parts contain observed, expected, shares and voices as detection counted them."""
    text = composed().text
    assert "64 people complaining in 1 h (normally about 4)" in text
    assert "71% of the people posting are negative (normally 24%)." in text
    assert "90 people, 83 different posts" in text


def test_questions_are_answered_in_the_order_in_which_they_are_asked():
    text = composed().text
    asked = ["SEV2 crisis", "64 people", "Started", "per hour over 48", "WHAT PEOPLE ARE TALKING"]
    asked += ["WHERE IT IS", "TYPICAL POSTS", "Open incident", "WHAT WE MAY", "INC-7, update 1"]
    places = [text.index(words) for words in asked]
    assert places == sorted(places)


def test_the_preheader_tells_severity_kind_topic_and_trend():
    context = brief_context(letters.evidence(), letters.ENVELOPE, letters.NOW)
    assert say(context.preheader).startswith(
        "SEV2 crisis · Veloria: battery · 64 people complaining (normally about 4). Still growing"
    )


def test_the_onset_is_told_on_the_readers_clock_and_in_utc():
    assert "Started Fri 20 Nov, 12:40 (11:40 UTC), 2 h 25 min ago." in composed().text


def test_what_was_not_heard_is_said():
    text = composed(completeness=letters.completeness(outages=(letters.silence(),))).text
    assert "Up to date: 31 of 33 sources." in text
    assert "radforum (blocked by robots.txt)" in text
    assert "50 mentions were not scored" in text
    assert "(German, Spanish)" in text
    assert "Scoring has been delayed since Fri 20 Nov, 14:05" in text


def test_without_evidence_no_reason_is_invented():
    assert "No word or phrase stands out from earlier complaints yet." in composed(reasons=()).text


@pytest.mark.parametrize(
    ("voices", "families", "words"),
    [
        (90, 83, "not one account"),
        (90, 1, "only 1 different post: mostly copies"),
        (1, 1, "one person"),
    ],
)
def test_copies_are_told_from_independent_voices(voices, families, words):
    incident = letters.crisis(voices=voices, families=families)
    assert words in composed(incident=incident).text


@given(st.integers(1, 10_000), st.floats(0, 1000))
def test_a_multiple_is_told_only_of_something_that_is_usual(observed, expected):
    """An expected number below one half is called almost none."""
    sentence = say(headline(letters.crisis(observed=observed, expected=expected)))
    assert ("normally almost none" in sentence) == (expected < 0.5)
    assert "normally 0)" not in sentence


def test_a_resolved_incident_is_told_as_over():
    end = letters.ONSET + timedelta(hours=5)
    letter = composed(
        incident=letters.crisis(state=IncidentState.RESOLVED, resolved=end, revision=4)
    )
    assert "It is over." in letter.text
    assert "Lasted 5 h, from Fri 20 Nov, 12:40 (11:40 UTC) to Fri 20 Nov, 17:40." in letter.text
    assert "Still growing" not in letter.text


def test_an_incident_of_the_whole_watch_has_no_topic():
    letter = composed(incident=letters.crisis(topic=None), topic=None)
    assert letter.subject == "INC-7 Veloria"
    assert "topic%3A" not in letter.text


def test_the_search_leads_to_the_incidents_own_mentions():
    query = "q=watch%3Aveloria+sentiment%3Anegative+topic%3Abattery&from=2026-11-20T11%3A40%3A00Z"
    assert f"https://harken.example/?{query}" in composed().text


@given(st.integers(1, 350))
def test_every_revision_goes_into_the_thread_of_its_root(revision):
    """A deterministic id and a reference to the root; a new root after a hundred."""
    root = f"<inc-7.r{(revision - 1) // MAX_THREAD_LENGTH * MAX_THREAD_LENGTH + 1}@host.example>"
    message_id, references = thread_ids(letters.crisis(revision=revision), "host.example")
    assert message_id == f"<inc-7.r{revision}@host.example>"
    assert references == (() if message_id == root else (root,))


def test_the_subject_never_changes():
    """Mail clients thread by it."""
    worse = letters.crisis(revision=3, severity=1, state=IncidentState.ACKNOWLEDGED, observed=200)
    assert composed(incident=worse).subject == composed().subject == "INC-7 Veloria: battery"


def test_composing_is_deterministic():
    """A crash between composition and storage changes nothing for the reader."""
    assert composed() == composed()


def test_the_chart_is_the_letters_only_picture_and_stands_in_its_html():
    letter = composed()
    assert list(letter.images) == ["chart@inc-7.r1"]
    assert 'src="cid:chart@inc-7.r1"' in letter.html
    fullest = "Busiest hour: 42 at Fri 20 Nov, 13:00 ({})."
    usual = max(letters.evidence().bars, key=lambda bar: bar.total).usual
    assert fullest.format(say("figure.expected", expected=usual)) in letter.html


def test_a_name_with_a_line_break_stays_one_subject_line():
    watch = replace(letters.VELORIA, name="Veloria\r\nBcc: all@example.org")
    assert composed(watch=watch).subject == "INC-7 Veloria Bcc: all@example.org: battery"
