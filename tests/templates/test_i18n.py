"""Sentences have the number format, plural form and time zone of their reader."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from templates.i18n import Translator, catalogue, msg

AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
berlin = Translator(zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 people"), (1, "1 person"), (2, "2 people"), (1200, "1,200 people")]
)
def test_plural_form_depends_on_the_count(count, text):
    assert Translator()("count.voices", count=count) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "Up to date"), (1, "1 change behind"), (2, "2 changes behind")]
)
def test_sentence_may_have_a_form_for_zero(count, text):
    assert Translator()("status.lag", count=count) == text


@pytest.mark.parametrize(
    ("value", "text"),
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
def test_expected_count_is_formatted_in_whole_numbers(value, text):
    assert Translator()("figure.expected", expected=value) == f"normally {text}"


def test_time_is_in_the_zone_of_the_reader():
    """Half past eleven in the evening in UTC is the next day in Berlin."""
    assert Translator()("quote.when", at=AT) == "Fri 20 Nov, 23:30"
    assert berlin("quote.when", at=AT) == "Sat 21 Nov, 00:30"


def test_utc_is_shown_beside_the_time_of_the_reader():
    text = berlin("brief.since", onset=AT, lasted=timedelta(minutes=100))
    assert "Sat 21 Nov, 00:30 (23:30 UTC), 1 h 40 min ago" in text


@pytest.mark.parametrize(
    ("value", "text"), [(4.14, "4.1"), (15.6, "16"), (0, "0"), (1234.5, "1,234"), (9.97, "10")]
)
def test_only_small_numbers_have_a_decimal(value, text):
    assert Translator()("figure.number", value=value) == text


@pytest.mark.parametrize(
    ("key", "values", "text"),
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
def test_changes_have_a_sign(key, values, text):
    """A change of zero is neither a rise nor a fall."""
    assert Translator()(key, **values) == text


@pytest.mark.parametrize(
    ("span", "text"),
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
def test_duration_has_its_two_largest_units(span, text):
    assert Translator()("figure.length", value=span) == text


def test_message_may_contain_messages_and_lists():
    sources = tuple(msg("heard.source", name=n, state=msg("coverage.gap")) for n in "ab")
    assert Translator()("heard.missing", sources=sources) == (
        "Missing or incomplete: a (incomplete), b (incomplete)."
    )


def test_languages_have_names_and_unknown_codes_stay():
    sentence = Translator()("heard.unscored", count=2, languages=("de", "qqq"))
    assert "2 mentions were not scored" in sentence
    assert "(German, qqq)" in sentence


def test_missing_sentence_or_value_is_an_error():
    with pytest.raises(KeyError):
        Translator()("nobody.wrote_this")
    with pytest.raises(KeyError):
        Translator()("figure.number")


@given(st.text())
def test_value_is_never_formatted(text):
    """Braces in the name of a brand are characters, not placeholders."""
    assert Translator()("incident.watch", watch=text) == text
    assert Translator()(msg("incident.watch", watch=msg("incident.watch", watch=text))) == text


def test_catalogue_is_loaded_once():
    assert catalogue("en") is catalogue("en")
