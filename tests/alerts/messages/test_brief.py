"""The brief contains the numbers of the incident in the order of a responder's questions."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.brief import (
    MAX_THREAD_LENGTH,
    brief_context,
    compose_brief,
    thread_ids,
)
from alerts.messages.brief_sentences import headline
from core.incident import IncidentKind, IncidentState
from core.role import Role
from templates.i18n import Translator
from tests.alerts import example_emails as letters

say = Translator(zone="Europe/Berlin")


def composed_brief(**changes):
    """Return the email on INC-7, *changes* as in BriefFacts."""
    return compose_brief(letters.brief_facts(**changes), letters.ENVELOPE, letters.NOW)


def test_brief_has_the_numbers_of_the_incident():
    """Observed and expected counts, shares and voices are those of detection."""
    text = composed_brief().text
    assert "64 people complaining in 1 h (normally about 4)" in text
    assert "71% of the people posting are negative (normally 24%)." in text
    assert "90 people, 83 different posts" in text


def test_sections_are_in_order():
    text = composed_brief().text
    phrases = ["SEV2 crisis", "64 people", "Started", "per hour over 48", "WHAT PEOPLE ARE TALKING"]
    phrases += ["WHERE IT IS", "TYPICAL POSTS", "Open incident", "WHAT WE MAY", "INC-7, update 1"]
    places = [text.index(words) for words in phrases]
    assert places == sorted(places)


def test_preheader_has_severity_kind_topic_and_trend():
    context = brief_context(letters.brief_facts(), letters.ENVELOPE, letters.NOW)
    assert say(context.preheader).startswith(
        "SEV2 crisis · Veloria: battery · 64 people complaining (normally about 4). Still growing"
    )


def test_onset_is_in_the_zone_of_the_reader_and_in_utc():
    assert "Started Fri 20 Nov, 12:40 (11:40 UTC), 2 h 25 min ago." in composed_brief().text


def test_gaps_in_coverage_are_reported():
    text = composed_brief(completeness=letters.completeness(outages=(letters.outage(),))).text
    assert "Up to date: 31 of 33 sources." in text
    assert "radforum (not allowed by the site)" in text
    assert "50 mentions were not scored" in text
    assert "(German, Spanish)" in text
    assert "Scoring has been delayed since Fri 20 Nov, 14:05" in text


def test_brief_without_reasons_says_so():
    assert (
        "No word or phrase stands out from earlier complaints yet."
        in composed_brief(reasons=()).text
    )


@pytest.mark.parametrize(
    ("voices", "families", "words"),
    [
        (90, 83, "not one account"),
        (90, 1, "only 1 different post: mostly copies"),
        (1, 1, "one person"),
    ],
)
def test_brief_distinguishes_copies_from_independent_voices(voices, families, words):
    incident = letters.crisis(voices=voices, families=families)
    assert words in composed_brief(incident=incident).text


@given(st.integers(1, 10_000), st.floats(0, 1000))
def test_expected_count_below_one_half_is_almost_none(count, mean):
    """It is never written as 0."""
    sentence = say(headline(letters.crisis(observed=count, expected=mean)))
    assert ("normally almost none" in sentence) == (mean < 0.5)
    assert "normally 0)" not in sentence


def test_brief_of_a_resolved_incident_has_its_duration():
    end = letters.ONSET + timedelta(hours=5)
    brief = composed_brief(
        incident=letters.crisis(state=IncidentState.RESOLVED, resolved=end, revision=4)
    )
    assert "It is over." in brief.text
    assert "Lasted 5 h, from Fri 20 Nov, 12:40 (11:40 UTC) to Fri 20 Nov, 17:40." in brief.text
    assert "Still growing" not in brief.text


def test_brief_of_a_whole_watch_has_no_topic():
    brief = composed_brief(incident=letters.crisis(topic=None), topic=None)
    assert brief.subject == "INC-7 Veloria"
    assert "topic%3A" not in brief.text


def test_link_to_the_mentions_of_the_incident():
    query = "q=watch%3Aveloria+sentiment%3Anegative+topic%3Abattery&from=2026-11-20T11%3A40%3A00Z"
    assert f"https://harken.example/?{query}" in composed_brief().text


@given(st.integers(1, 350))
def test_every_revision_is_in_the_thread_of_its_root(revision):
    """A deterministic id and a reference to the root; a new root after a hundred."""
    root = f"<inc-7.r{(revision - 1) // MAX_THREAD_LENGTH * MAX_THREAD_LENGTH + 1}@host.example>"
    message_id, references = thread_ids(letters.crisis(revision=revision), "host.example")
    assert message_id == f"<inc-7.r{revision}@host.example>"
    assert references == (() if message_id == root else (root,))


def test_subject_never_changes():
    """Mail clients thread by it."""
    worse = letters.crisis(revision=3, severity=1, state=IncidentState.ACKNOWLEDGED, observed=200)
    assert (
        composed_brief(incident=worse).subject
        == composed_brief().subject
        == "INC-7 Veloria: battery"
    )


def test_composition_is_deterministic():
    """After a kill before the email is stored the same email is composed again."""
    assert composed_brief() == composed_brief()


def test_chart_is_the_only_image_of_the_brief():
    brief = composed_brief()
    assert list(brief.images) == ["chart@inc-7.r1"]
    assert 'src="cid:chart@inc-7.r1"' in brief.html
    fullest = "Busiest hour: 42 at Fri 20 Nov, 13:00 ({})."
    usual = max(letters.brief_facts().bars, key=lambda bar: bar.total).usual
    assert fullest.format(say("figure.expected", expected=usual)) in brief.html


def test_line_break_in_a_name_is_removed_from_the_subject():
    watch = replace(letters.VELORIA, name="Veloria\r\nBcc: all@example.org")
    assert composed_brief(watch=watch).subject == "INC-7 Veloria Bcc: all@example.org: battery"


def test_posts_by_others_are_listed_beside_the_people():
    counts = {Role.CUSTOMER: 90, Role.AUTOMATED: 1, Role.NEWS: 12}
    text = composed_brief(role_counts=counts).text
    assert "Also, not counted as people: 12 news posts, 1 automated post." in text
    assert "not counted" not in composed_brief(role_counts={Role.CUSTOMER: 90}).text


def test_news_wave_is_no_complaint():
    wave = replace(
        letters.brief_facts().incident,
        kind=IncidentKind.NEWS,
        severity=4,
        topic=None,
        observed=30,
        voices=30,
        families=5,
        expected=0.1,
        negative_share=0.4,
        spike={"window_s": 21600},
        state=IncidentState.RESOLVED,
        resolved=letters.NOW,
    )
    facts = {"incident": wave, "topic": None, "role_counts": {Role.NEWS: 30}}
    text = composed_brief(**facts).text
    assert "30 authors report news in 6 h (normally almost none)" in text
    assert "40% of the authors are negative." in text
    assert "News posts do not count as complaints." in text
    assert "30 authors, 5 different posts." in text
    assert "See all news posts: " in text
    assert "role%3Anews" in text
    for words in ("complaining", "resolved", "It is over", "copy-paste", "not counted"):
        assert words not in text
