"""Entities of a text, and the place that follows from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.entity import Entity, EntityKind, Place, common_place, hostname, normalize_hashtag


def places_and_hashtag(*values):
    """Return places with these values, and a hashtag."""
    places = (Entity(kind=EntityKind.PLACE, value=value, said=value) for value in values)
    return [*places, Entity(kind=EntityKind.HASHTAG, value="fr", said="#fr")]


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ((), None),
        (("DE",), Place(country="DE")),
        (("DE/Munich",), Place(country="DE", city="Munich")),
        (("DE", "DE/Munich"), Place(country="DE", city="Munich")),
        (("DE/Munich", "DE/Köln"), Place(country="DE")),
        (("DE", "FR/Paris"), None),
    ],
)
def test_common_place_is_where_all_places_agree(values, place):
    assert common_place(places_and_hashtag(*values)) == place


@given(st.sampled_from([None, "Munich"]), st.sampled_from(["DE", "US"]))
def test_place_round_trips_through_its_value(city, country):
    there = Place(country=country, city=city)
    assert common_place(places_and_hashtag(str(there))) == there


@pytest.mark.parametrize(
    ("text", "value"),
    [("#AcmeFail", "acmefail"), ("＃Größe", "grösse"), ("#رؤية_2030", "رؤية_2030"), ("a#b", "a#b")],
)
def test_hashtag_is_normalized_without_sign_and_case(text, value):
    assert normalize_hashtag(text) == value


@given(st.text())
def test_hashtag_normalization_is_idempotent(text):
    assert normalize_hashtag(normalize_hashtag(text).removeprefix("#")) == normalize_hashtag(
        text
    ).removeprefix("#")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Shop.example/a?b#c", "shop.example"),
        ("http://jane:secret@shop.example:8080", "shop.example"),
        ("https://[half", None),
        ("mailto:jane@shop.example", None),
    ],
)
def test_link_is_reduced_to_its_host(url, host):
    assert hostname(url) == host
