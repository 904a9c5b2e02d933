"""Quotes are few, representative and safe to display."""

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
from tests.alerts import example_emails as letters

FAMILY = "👨‍👩‍👧"
LETTERS = st.characters(codec="utf-8")


@given(st.text(), st.integers(10, 300))
def test_excerpt_is_one_short_safe_line(text, longest):
    line = excerpt(text, longest)
    assert len(line) <= longest
    assert "\n" not in line
    for character in line:
        assert character == "\u200d" or unicodedata.category(character) not in ("Cc", "Cf", "Cs")


@given(st.text(LETTERS))
def test_excerpt_is_idempotent(text):
    assert excerpt(excerpt(text)) == excerpt(text)


@given(st.text("abc déßж字😀 ", max_size=MAX_LENGTH))
def test_excerpt_of_a_short_text_is_the_text(text):
    assert excerpt(text) == " ".join(text.split())


@pytest.mark.parametrize(
    "cluster", [FAMILY, "e\u0301", "🇩🇪", "👍🏽"], ids=["family", "accent", "flag", "skin"]
)
def test_excerpt_never_splits_a_grapheme(cluster):
    for length in range(10, 30):
        line = excerpt(cluster * 20, length).removesuffix("…")
        assert line == cluster * (len(line) // len(cluster))


def test_stacked_accents_are_limited():
    line = excerpt("z" + "\u0335" * 500 + "algo")
    assert line == "z" + "\u0335" * MAX_MARKS + "algo"


def test_excerpt_ends_between_words():
    assert excerpt("one two three four", 12) == "one two…"


def test_direction_and_terminal_characters_are_removed():
    assert excerpt("\u202eevil\u202c \x1b[31mred\x07") == "evil [31mred"


def test_one_quote_per_family_and_voice():
    """Copies and one loud account are quoted once."""
    copies = [letters.mention(f"copy {n}", family="one") for n in range(5)]
    loud = [letters.mention(f"loud {n}", voice="loud") for n in range(5)]
    assert len(representative_mentions([*copies, *loud], {}, limit=5)) == 2


def test_earliest_is_quoted_first_then_the_most_copied():
    mentions = [
        letters.mention(f"text {n}", published=letters.ONSET + timedelta(minutes=n), family=f"f{n}")
        for n in range(6)
    ]
    examples = representative_mentions(mentions, {"f4": 50, "f2": 3}, limit=3)
    assert [mention.text for mention in examples] == ["text 0", "text 4", "text 2"]


def test_other_languages_are_quoted_before_similar_posts():
    same = [letters.mention(f"same {n}", family=f"f{n}") for n in range(4)]
    french = letters.mention("en français", language="fr", family="fr")
    examples = representative_mentions([*same, french], {"f1": 9, "f2": 8, "f3": 7}, limit=3)
    assert french in examples


@given(st.permutations(letters.crisis_posts()))
def test_quotes_do_not_depend_on_the_order_of_mentions(mentions):
    copies = {"hot": 17, "warp": 6}
    assert representative_mentions(mentions, copies) == representative_mentions(
        letters.crisis_posts(), copies
    )


def test_deleted_and_empty_mentions_are_never_quoted():
    """An email cannot be recalled: a mention deleted before its composition is not in it."""
    deleted_mention = letters.mention("gone", state=MentionState.DELETED)
    empty = letters.mention("\u200b \u202e")
    assert representative_mentions([deleted_mention, empty], {}) == []


def test_quote_has_its_tone_and_number_of_duplicates():
    voice_quote = quote(letters.crisis_posts()[0], {"hot": 17}, Links("https://h.example"))
    assert (voice_quote.tone, voice_quote.duplicate_count, voice_quote.source) == (
        "negative",
        17,
        "velo-forum",
    )
    assert voice_quote.url == f"https://h.example/m/{voice_quote.id}"


def test_quote_of_a_long_text_states_its_scored_share():
    long = letters.mention("x" * 9000)
    part = replace(long, verdicts=tuple(replace(v, read_share=0.2) for v in long.verdicts))
    note = quote(part, {}, Links("https://h.example")).read_note
    assert note is not None
    assert Translator()(note) == "Long post: scored on 20% of its text"
    assert quote(long, {}, Links("https://h.example")).read_note is None


def test_mention_without_verdict_is_unscored():
    assert sentiment_label(letters.mention("x", tone=Sentiment.NEUTRAL)) == "neutral"
    assert sentiment_label(letters.mention("x", text_sha256="other")) == "unscored"


def mention_of_two_watches(
    text: str, veloria: Sentiment, rival: Sentiment, sure: float = 0.9, **changes
):
    """Return a mention with the sentiment *rival* for another watch, of probability *sure*."""
    base = letters.mention(text, tone=veloria, **changes)
    (whole,) = base.verdicts
    towards = replace(whole, watch="rival", sentiment=rival, probabilities={rival: sure})
    return replace(base, verdicts=(whole, towards))


def test_quote_has_the_tone_for_its_watch():
    mention = mention_of_two_watches(
        "Veloria broke, the rival is fine", Sentiment.NEGATIVE, Sentiment.POSITIVE
    )
    links = Links("https://h.example")
    assert (
        quote(mention, {}, links, "rival").tone == sentiment_label(mention, "rival") == "positive"
    )
    assert quote(mention, {}, links, "veloria").tone == quote(mention, {}, links).tone == "negative"


def test_most_probable_complaint_is_that_for_the_watch():
    first = letters.mention("first", family="f")
    sad, sadder = Sentiment.NEUTRAL, Sentiment.NEGATIVE
    mentions = [
        mention_of_two_watches(f"text {n}", sad, sadder, sure, family=f"f{n}")
        for n, sure in enumerate((0.6, 0.9))
    ]
    later = [
        replace(m, published=letters.ONSET + timedelta(minutes=1 + n))
        for n, m in enumerate(mentions)
    ]
    texts = [m.text for m in representative_mentions([first, *later], {}, watch="rival", limit=2)]
    assert texts == ["first", "text 1"]
    assert [m.text for m in representative_mentions([first, *later], {}, limit=2)] == [
        "first",
        "text 0",
    ]
