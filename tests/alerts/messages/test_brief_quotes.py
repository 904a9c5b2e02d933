"""Quotes are few, representative and harmless to a reader."""

import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.quotes import (
    MAX_LENGTH,
    MAX_MARKS,
    excerpt,
    quote,
    representative_mentions,
    sentiment_label,
)
from core.mention import MentionState, Sentiment
from templates.i18n import Translator
from templates.links import Links
from tests.alerts import example_letters as letters

FAMILY = "👨‍👩‍👧"
LETTERS = st.characters(codec="utf-8")


@given(st.text(), st.integers(10, 300))
def test_an_excerpt_is_one_short_safe_line(text, longest):
    line = excerpt(text, longest)
    assert len(line) <= longest
    assert "\n" not in line
    for character in line:
        assert character == "\u200d" or unicodedata.category(character) not in ("Cc", "Cf", "Cs")


@given(st.text(LETTERS))
def test_an_excerpt_of_an_excerpt_is_itself(text):
    assert excerpt(excerpt(text)) == excerpt(text)


@given(st.text("abc déßж字😀 ", max_size=MAX_LENGTH))
def test_a_short_text_loses_nothing_but_space(text):
    assert excerpt(text) == " ".join(text.split())


@pytest.mark.parametrize(
    "cluster", [FAMILY, "e\u0301", "🇩🇪", "👍🏽"], ids=["family", "accent", "flag", "skin"]
)
def test_a_cut_never_tears_a_grapheme(cluster):
    for length in range(10, 30):
        line = excerpt(cluster * 20, length).removesuffix("…")
        assert line == cluster * (len(line) // len(cluster))


def test_piled_accents_are_thinned():
    line = excerpt("z" + "\u0335" * 500 + "algo")
    assert line == "z" + "\u0335" * MAX_MARKS + "algo"


def test_a_cut_prefers_the_space_between_words():
    assert excerpt("one two three four", 12) == "one two…"


def test_direction_and_terminal_characters_are_left_out():
    assert excerpt("\u202eevil\u202c \x1b[31mred\x07") == "evil [31mred"


def test_one_mention_a_family_and_a_voice():
    """Copies and one loud account are quoted once."""
    copies = [letters.mention(f"copy {n}", family="one") for n in range(5)]
    loud = [letters.mention(f"loud {n}", voice="loud") for n in range(5)]
    assert len(representative_mentions([*copies, *loud], {}, limit=5)) == 2


def test_the_earliest_comes_first_and_then_the_widest_spread():
    said = [
        letters.mention(f"text {n}", published=letters.ONSET + timedelta(minutes=n), family=f"f{n}")
        for n in range(6)
    ]
    examples = representative_mentions(said, {"f4": 50, "f2": 3}, limit=3)
    assert [mention.text for mention in examples] == ["text 0", "text 4", "text 2"]


def test_other_places_and_languages_go_before_more_of_the_same():
    same = [letters.mention(f"same {n}", family=f"f{n}") for n in range(4)]
    french = letters.mention("en français", language="fr", family="fr")
    examples = representative_mentions([*same, french], {"f1": 9, "f2": 8, "f3": 7}, limit=3)
    assert french in examples


@given(st.permutations(letters.said()))
def test_the_choice_does_not_depend_on_the_order_of_reading(said):
    copies = {"hot": 17, "warp": 6}
    assert representative_mentions(said, copies) == representative_mentions(letters.said(), copies)


def test_deleted_and_empty_mentions_are_never_quoted():
    """An email cannot be recalled: a mention deleted before its composition is not in it."""
    gone = letters.mention("gone", state=MentionState.DELETED)
    empty = letters.mention("\u200b \u202e")
    assert representative_mentions([gone, empty], {}) == []


def test_a_quote_tells_its_tone_and_what_resembles_it():
    voice_quote = quote(letters.said()[0], {"hot": 17}, Links("https://h.example"))
    assert (voice_quote.tone, voice_quote.duplicate_count, voice_quote.source) == (
        "negative",
        17,
        "velo-forum",
    )
    assert voice_quote.url == f"https://h.example/m/{voice_quote.id}"


def test_a_quote_of_a_long_text_tells_how_much_was_read():
    long = letters.mention("x" * 9000)
    part = replace(long, verdicts=tuple(replace(v, read_share=0.2) for v in long.verdicts))
    shown = quote(part, {}, Links("https://h.example")).read_note
    assert shown is not None
    assert Translator()(shown) == "Long post: scored on 20% of its text"
    assert quote(long, {}, Links("https://h.example")).read_note is None


def test_a_mention_without_verdict_is_unscored_and_never_neutral():
    assert sentiment_label(letters.mention("x", tone=Sentiment.NEUTRAL)) == "neutral"
    assert sentiment_label(letters.mention("x", text_sha256="other")) == "unscored"


def of_two(text: str, veloria: Sentiment, rival: Sentiment, sure: float = 0.9, **changes):
    """Return a mention with the sentiment *rival* for another watch, of probability *sure*."""
    made = letters.mention(text, tone=veloria, **changes)
    (whole,) = made.verdicts
    towards = replace(whole, watch="rival", sentiment=rival, probabilities={rival: sure})
    return replace(made, verdicts=(whole, towards))


def test_a_quote_has_the_tone_for_the_watch_of_its_letter():
    mixed = of_two("Veloria broke, the rival is fine", Sentiment.NEGATIVE, Sentiment.POSITIVE)
    links = Links("https://h.example")
    assert quote(mixed, {}, links, "rival").tone == sentiment_label(mixed, "rival") == "positive"
    assert quote(mixed, {}, links, "veloria").tone == quote(mixed, {}, links).tone == "negative"


def test_the_surest_complaint_is_the_surest_of_that_watch():
    first = letters.mention("first", family="f")
    sad, sadder = Sentiment.NEUTRAL, Sentiment.NEGATIVE
    said = [
        of_two(f"text {n}", sad, sadder, sure, family=f"f{n}") for n, sure in enumerate((0.6, 0.9))
    ]
    later = [
        replace(m, published=letters.ONSET + timedelta(minutes=1 + n)) for n, m in enumerate(said)
    ]
    texts = [m.text for m in representative_mentions([first, *later], {}, watch="rival", limit=2)]
    assert texts == ["first", "text 1"]
    assert [m.text for m in representative_mentions([first, *later], {}, limit=2)] == [
        "first",
        "text 0",
    ]
