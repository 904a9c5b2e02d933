"""A sentence has the numbers, plural form and time zone of its reader."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.i18n import Translator, catalogue, msg

AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
berlin = Translator(zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 people"), (1, "1 person"), (2, "2 people"), (1200, "1,200 people")]
)
def test_the_count_chooses_the_plural(count, said):
    assert Translator()("count.voices", count=count) == said


@pytest.mark.parametrize(
    ("count", "said"), [(0, "Up to date"), (1, "1 change behind"), (2, "2 changes behind")]
)
def test_a_sentence_may_have_a_form_for_none(count, said):
    assert Translator()("status.lag", count=count) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "almost none"),
        (0.49, "almost none"),
        (0.5, "0–1"),
        (0.8, "about 1"),
        (2.5, "2–3"),
        (4.1, "about 4"),
        (9.5, "9–10"),
        (40.5, "about 40"),
        (1234.5, "about 1,234"),
    ],
)
def test_an_expected_count_is_told_in_whole_numbers(value, said):
    assert Translator()("figure.expected", expected=value) == f"normally {said}"


def test_a_time_is_told_on_the_readers_clock():
    """Half past eleven in the evening in UTC is the next day in Berlin."""
    assert Translator()("quote.when", at=AT) == "Fri 20 Nov, 23:30"
    assert berlin("quote.when", at=AT) == "Sat 21 Nov, 00:30"


def test_utc_is_told_beside_the_readers_clock():
    said = berlin("brief.since", onset=AT, lasted=timedelta(minutes=100))
    assert "Sat 21 Nov, 00:30 (23:30 UTC), 1 h 40 min ago" in said


@pytest.mark.parametrize(
    ("value", "said"), [(4.14, "4.1"), (15.6, "16"), (0, "0"), (1234.5, "1,234"), (9.97, "10")]
)
def test_small_numbers_keep_a_decimal_and_large_ones_do_not(value, said):
    assert Translator()("figure.number", value=value) == said


@pytest.mark.parametrize(
    ("key", "values", "said"),
    [
        ("digest.change", {"change": 1.305}, "+130%"),
        ("digest.change", {"change": -0.04}, "−4%"),
        ("digest.change", {"change": 0.001}, "±0%"),
        ("figure.points", {"value": 0.2, "count": 20}, "+20 points vs normal"),
        ("figure.points", {"value": -0.01, "count": 1}, "−1 point vs normal"),
        ("figure.points", {"value": -0.004, "count": 0}, "±0 points vs normal"),
        ("figure.percent", {"value": 0.41}, "41%"),
    ],
)
def test_changes_carry_their_sign(key, values, said):
    """A change of zero is neither a rise nor a fall."""
    assert Translator()(key, **values) == said


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(), "0 min"),
        (timedelta(seconds=-5), "0 min"),
        (timedelta(seconds=12), "12 s"),
        (timedelta(seconds=60), "1 min"),
        (timedelta(minutes=38), "38 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=2, minutes=25, seconds=20), "2 h 25 min"),
        (timedelta(days=1, minutes=4), "1 day"),
        (timedelta(days=3, hours=5, minutes=59), "3 days 5 h"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(span, said):
    assert Translator()("figure.length", value=span) == said


def test_a_phrase_may_quote_phrases_and_lists():
    named = tuple(msg("heard.source", name=n, state=msg("coverage.gap")) for n in "ab")
    assert Translator()("heard.missing", sources=named) == (
        "Missing or incomplete: a (incomplete), b (incomplete)."
    )


def test_languages_are_named_and_an_unknown_code_stays_itself():
    sentence = Translator()("heard.unscored", count=2, languages=("de", "qqq"))
    assert "2 mentions were not scored" in sentence
    assert "(German, qqq)" in sentence


def test_a_missing_sentence_or_value_is_an_error():
    with pytest.raises(KeyError):
        Translator()("nobody.wrote_this")
    with pytest.raises(KeyError):
        Translator()("figure.number")


@given(st.text())
def test_a_value_is_never_read_as_a_sentence(text):
    """Braces in the name of a brand are characters, not placeholders."""
    assert Translator()("incident.watch", watch=text) == text
    assert Translator()(msg("incident.watch", watch=msg("incident.watch", watch=text))) == text


def test_the_catalogue_is_read_once():
    assert catalogue("en") is catalogue("en")
