"""nlp.text.ratings: a text that is a rating and nothing else has a sentiment by a rule."""

import pytest

from core.mention import Sentiment
from nlp.text.ratings import find_rating, spell_stars

NAMES = ["Nordlys"]


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("3/10", "negative"),
        ("4 / 10", "negative"),
        ("Nordlys: 0/10!!!", "negative"),
        ("@nordlys -500/10", "negative"),
        ("★★☆☆☆", "negative"),
        ("⭐️⭐️", "negative"),
        ("one star", "negative"),
        ("no stars", "negative"),
        ("Null Sterne", "negative"),
        ("zéro étoile", "negative"),
        ("نجمة 1", "negative"),
        ("2 von 5 Sternen", "negative"),
        ("5/10", "neutral"),
        ("★★★☆☆", "neutral"),
        ("3 su 5", "neutral"),
        ("Rating: 4.5/5", "positive"),
        ("11/10 🔥", "positive"),
        ("1000/10", "positive"),
        ("⭐⭐⭐⭐⭐", "positive"),
        ("cinque stelle", "positive"),
        ("nove de dez", "positive"),
        ("Nota 10", "positive"),
        ("Note : 18/20", "positive"),
        ("7 out of 10 #nordlys", "positive"),
    ],
)
def test_rating_has_the_sentiment_of_its_share_of_the_scale(text, sentiment):
    rating = find_rating(text, NAMES)
    assert rating is not None
    assert rating.sentiment == sentiment
    best = max(zip(rating.probabilities, Sentiment, strict=True))
    assert best[1] is rating.sentiment
    assert sum(rating.probabilities) == pytest.approx(1)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "0/0",
            "3/0",
            "24/7",
            "9/11",
            "1/2",
            "50/50",
            "24/10",
            "5",
            "⭐",
            "what a star",
            "a star",
        ),
        *("3/10 and that is kind", "5 stars, never again", "10/10 🙄", "#other 1/10", "", "..."),
        "10/10 " * 40,
    ],
)
def test_other_texts_are_no_rating(text):
    assert find_rating(text, NAMES) is None


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("en", "2 out of 5 stars"),
        ("de", "2 von 5 Sternen"),
        ("fr", "2 étoiles sur 5"),
        ("it", "2 stelle su 5"),
        ("ja", "2 out of 5 stars"),
        (None, "2 out of 5 stars"),
    ],
)
def test_rows_of_stars_are_spelled_out_in_the_language_of_the_text(language, phrase):
    assert spell_stars("App ★★☆☆☆ crashes", language).split() == f"App {phrase} crashes".split()
    assert spell_stars("a ⭐ day", language) == "a ⭐ day"
