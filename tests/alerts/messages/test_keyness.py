"""Reasons of an incident: terms that many people use now and few used before."""

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
from tests.alerts.example_emails import mention

WORDS = ("bike", "ride", "blue", "shop", "city", "hill", "road", "wheel")


def documents(count, *terms, start=0):
    """Return *count* posts by different people, each with ordinary words and *terms*."""
    return [
        TermDocument(voice=f"v{n}", family=f"f{n}", terms=(WORDS[n % 8], WORDS[n * 3 % 8], *terms))
        for n in range(start, start + count)
    ]


DOCUMENTS_BEFORE = documents(400)


def test_frequent_new_terms_are_key_terms():
    now = documents(60, "battery", "battery fire") + documents(40, start=60)
    terms = key_terms(now, DOCUMENTS_BEFORE)
    assert {term.term for term in terms} == {"battery", "battery fire"}
    assert all(term.z >= MIN_Z for term in terms)
    assert (terms[0].share, terms[0].usual_share) == (0.6, 0.0)


def test_copies_count_once():
    spam = [
        TermDocument(voice=f"s{n}", family="spam", terms=("casino", "bonus")) for n in range(40)
    ]
    terms = key_terms(documents(60, "battery") + spam, DOCUMENTS_BEFORE)
    assert [term.term for term in terms] == ["battery"]


def test_voice_counts_once_per_term():
    loud = [TermDocument(voice="loud", family=f"l{n}", terms=("scam",)) for n in range(50)]
    assert "scam" not in {term.term for term in key_terms(documents(60) + loud, DOCUMENTS_BEFORE)}


def test_unchanged_terms_are_no_key_terms():
    assert key_terms(documents(80), DOCUMENTS_BEFORE) == []


def test_no_key_terms_without_documents():
    assert key_terms([], DOCUMENTS_BEFORE) == []
    assert key_terms(documents(3, "battery"), []) == []


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 3))
def test_key_terms_are_limited_and_ordered_by_z(with_battery, with_app, most):
    now = documents(with_battery, "battery") + documents(with_app, "app", start=100)
    terms = key_terms(now, DOCUMENTS_BEFORE, most)
    assert len(terms) <= most
    assert [term.z for term in terms] == sorted((d.z for d in terms), reverse=True)


def test_terms_are_distinct_words_and_pairs():
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


def test_new_words_are_reasons_with_their_shares():
    now = people(30, "The battery smells of smoke") + people(30, "a ride in the park", 30)
    reasons = {reason.term: reason for reason in explain(now, MENTIONS_BEFORE)}
    assert {"battery", "smoke"} <= reasons.keys()
    assert (reasons["battery"].now, reasons["battery"].usual) == (0.5, 0.0)
    assert "park" not in reasons


def test_short_words_and_articles_are_no_reasons():
    now = people(60, "it is on an ox of us at the sea")
    assert all(
        len(word) >= MIN_WORD_LENGTH
        for r in explain(now, MENTIONS_BEFORE)
        for word in r.term.split()
    )


def test_stop_words_are_no_reasons():
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
def test_stop_words_of_every_listed_language_are_no_reasons(language, text, grammar, reasons):
    posts = [replace(m, language=language) for m in people(40, text)]
    terms = {reason.term for reason in explain(posts, MENTIONS_BEFORE)}
    assert reasons <= terms
    assert terms & grammar == set()


def test_term_of_two_people_is_no_reason():
    assert explain(people(2, "battery fire"), MENTIONS_BEFORE[:2]) == ()


def test_mentions_with_reasons_contain_their_words():
    hot = people(4, "The BATTERY is hot")
    now = [*people(3, "too dear", 9), *hot]
    battery = Reason(term="battery hot", now=0.5, usual=0.0)
    assert mentions_with_reasons(now, [battery]) == tuple(hot)
    assert mentions_with_reasons(now[:-1], [battery]) == tuple(now[:-1]), (
        "three mentions are too few"
    )
    assert mentions_with_reasons(now, []) == tuple(now)


def test_copies_of_one_text_are_no_reason():
    spam = [mention(f"Win a casino bonus {n}", family="spam") for n in range(60)]
    assert explain(spam, MENTIONS_BEFORE) == ()


def test_mentions_without_voice_or_family_count_one_by_one():
    now = [mention(f"battery fire {n}", voice=None, family=None) for n in range(40)]
    assert "battery" in {reason.term for reason in explain(now, MENTIONS_BEFORE)}


def test_no_reasons_without_mentions():
    assert explain([], []) == explain([], MENTIONS_BEFORE) == ()
