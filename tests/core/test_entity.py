"""Entities of a text, and the place that follows from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.entity import Entity, EntityKind, Place, common_place, hostname, normalize_hashtag


def named(*values):
    """Return places of these values, and a hashtag."""
    places = (Entity(kind=EntityKind.PLACE, value=value, said=value) for value in values)
    return [*places, Entity(kind=EntityKind.HASHTAG, value="fr", said="#fr")]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), None),
        (("DE",), Place(country="DE")),
        (("DE/Munich",), Place(country="DE", city="Munich")),
        (("DE", "DE/Munich"), Place(country="DE", city="Munich")),
        (("DE/Munich", "DE/Köln"), Place(country="DE")),
        (("DE", "FR/Paris"), None),
    ],
)
def test_a_text_is_set_where_all_its_places_agree(values, expected):
    assert common_place(named(*values)) == expected


@given(st.sampled_from([None, "Munich"]), st.sampled_from(["DE", "US"]))
def test_a_place_is_written_as_its_value(city, country):
    there = Place(country=country, city=city)
    assert common_place(named(str(there))) == there


@pytest.mark.parametrize(
    ("said", "counted"),
    [("#AcmeFail", "acmefail"), ("＃Größe", "grösse"), ("#رؤية_2030", "رؤية_2030"), ("a#b", "a#b")],
)
def test_a_hashtag_is_counted_without_its_sign_and_case(said, counted):
    assert normalize_hashtag(said) == counted


@given(st.text())
def test_a_hashtag_counts_as_one_however_often_it_is_folded(said):
    assert normalize_hashtag(normalize_hashtag(said).removeprefix("#")) == normalize_hashtag(
        said
    ).removeprefix("#")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.Shop.example/a?b#c", "shop.example"),
        ("http://jane:secret@shop.example:8080", "shop.example"),
        ("https://[half", None),
        ("mailto:jane@shop.example", None),
    ],
)
def test_of_a_link_the_host_is_kept_alone(url, expected):
    assert hostname(url) == expected
