"""Reasons of an incident: terms that many people use now and did not use before."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.keyness import (
    MIN_WORD_LENGTH,
    MIN_Z,
    TermDocument,
    explain,
    key_terms,
    mentions_with_reasons,
    words_and_pairs,
)
from templates.contexts.mail import Reason
from tests.alerts.example_letters import mention

WORDS = ("bike", "ride", "blue", "shop", "city", "hill", "road", "wheel")


def documents(count, *terms, start=0):
    """Return *count* posts by different people, each with ordinary words and *terms*."""
    return [
        TermDocument(voice=f"v{n}", family=f"f{n}", terms=(WORDS[n % 8], WORDS[n * 3 % 8], *terms))
        for n in range(start, start + count)
    ]


DOCUMENTS_BEFORE = documents(400)


def test_the_planted_terms_lead():
    now = documents(60, "battery", "battery fire") + documents(40, start=60)
    terms = key_terms(now, DOCUMENTS_BEFORE)
    assert {term.term for term in terms} == {"battery", "battery fire"}
    assert all(term.z >= MIN_Z for term in terms)
    assert (terms[0].share, terms[0].usual_share) == (0.6, 0.0)


def test_copies_of_one_message_are_one_message():
    spam = [
        TermDocument(voice=f"s{n}", family="spam", terms=("casino", "bonus")) for n in range(40)
    ]
    terms = key_terms(documents(60, "battery") + spam, DOCUMENTS_BEFORE)
    assert [term.term for term in terms] == ["battery"]


def test_a_voice_has_one_vote_for_a_term():
    loud = [TermDocument(voice="loud", family=f"l{n}", terms=("scam",)) for n in range(50)]
    assert "scam" not in {term.term for term in key_terms(documents(60) + loud, DOCUMENTS_BEFORE)}


def test_what_is_said_as_often_as_ever_drives_nothing():
    assert key_terms(documents(80), DOCUMENTS_BEFORE) == []


def test_without_a_past_or_a_present_there_are_no_drivers_to_divide_by():
    assert key_terms([], DOCUMENTS_BEFORE) == []
    assert key_terms(documents(3, "battery"), []) == []


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 3))
def test_at_most_so_many_the_surest_first(with_battery, with_app, most):
    now = documents(with_battery, "battery") + documents(with_app, "app", start=100)
    terms = key_terms(now, DOCUMENTS_BEFORE, most)
    assert len(terms) <= most
    assert [term.z for term in terms] == sorted((d.z for d in terms), reverse=True)


def test_phrases_are_words_and_pairs_each_once():
    assert words_and_pairs(["the", "battery", "the", "battery"]) == (
        "the",
        "battery",
        "the battery",
        "battery the",
    )
    assert words_and_pairs([]) == ()


CHATTER = ("a ride in the park", "my blue bicycle", "to work by train", "shop was open late")
MENTIONS_BEFORE = [mention(f"{CHATTER[n % 4]} {n}", family=f"b{n}") for n in range(200)]


def people(count, text, start=0):
    return [mention(f"{text} {n}", family=f"n{n}") for n in range(start, start + count)]


def test_the_new_words_are_the_reasons_with_their_share_of_the_voices():
    now = people(30, "The battery smells of smoke") + people(30, "a ride in the park", 30)
    reasons = {reason.term: reason for reason in explain(now, MENTIONS_BEFORE)}
    assert {"battery", "smoke"} <= reasons.keys()
    assert (reasons["battery"].now, reasons["battery"].usual) == (0.5, 0.0)
    assert "park" not in reasons


def test_short_words_and_articles_are_no_reason():
    now = people(60, "it is on an ox of us at the sea")
    assert all(
        len(word) >= MIN_WORD_LENGTH
        for r in explain(now, MENTIONS_BEFORE)
        for word in r.term.split()
    )


def test_words_that_only_hold_sentences_together_are_no_reason():
    """The language of the mention selects the list: an English word may be a German article."""
    now = people(40, "they never leak about these fumes")
    assert {r.term for r in explain(now, MENTIONS_BEFORE)} & {
        "they",
        "them",
        "about",
        "these",
        "never",
    } == set()
    assert {"leak", "fumes"} <= {r.term for r in explain(now, MENTIONS_BEFORE)}
    german = [replace(m, language="de") for m in people(40, "Meine Ware kann warten")]
    assert {r.term for r in explain(german, MENTIONS_BEFORE)} & {"meine", "kann", "ware"} == set()
    english = [replace(m, language="en") for m in people(40, "A kann of ware")]
    assert {"kann", "ware"} <= {r.term for r in explain(english, MENTIONS_BEFORE)}


@pytest.mark.parametrize(
    ("language", "text", "grammar", "reasons"),
    [
        (
            "it",
            "Sono furioso: batteria della bici",
            {"della", "sono", "batteria della", "sono furioso"},
            {"batteria", "bici", "furioso"},
        ),
        (
            "pt",
            "A bateria também queima sempre",
            {"tambem", "sempre"},
            {"bateria", "queima"},
        ),
        ("ar", "هذه البطارية كانت تحترق", {"كانت"}, {"البطارية", "تحترق"}),
    ],
)
def test_grammar_of_every_language_with_a_list_is_no_reason(language, text, grammar, reasons):
    posts = [replace(m, language=language) for m in people(40, text)]
    terms = {reason.term for reason in explain(posts, MENTIONS_BEFORE)}
    assert reasons <= terms
    assert terms & grammar == set()


def test_what_two_say_is_no_reason_yet():
    assert explain(people(2, "battery fire"), MENTIONS_BEFORE[:2]) == ()


def test_the_mentions_that_use_a_reason_speak_of_it():
    hot = people(4, "The BATTERY is hot")
    now = [*people(3, "too dear", 9), *hot]
    battery = Reason(term="battery hot", now=0.5, usual=0.0)
    assert mentions_with_reasons(now, [battery]) == tuple(hot)
    assert mentions_with_reasons(now[:-1], [battery]) == tuple(now[:-1]), (
        "three are too few to stand for all"
    )
    assert mentions_with_reasons(now, []) == tuple(now)


def test_one_text_told_by_many_is_one_reason_to_nobody():
    spam = [mention(f"Win a casino bonus {n}", family="spam") for n in range(60)]
    assert explain(spam, MENTIONS_BEFORE) == ()


def test_mentions_without_voice_or_family_stand_for_themselves():
    now = [mention(f"battery fire {n}", voice=None, family=None) for n in range(40)]
    assert "battery" in {reason.term for reason in explain(now, MENTIONS_BEFORE)}


def test_nothing_is_explained_by_nothing():
    assert explain([], []) == explain([], MENTIONS_BEFORE) == ()
