"""References between settings."""

import pytest

from config.cross_references import broken_references
from config.settings import Settings

TOPIC = {"id": "price", "name": "Price", "sentences": ["It costs too much."]}
WATCH = {"slug": "acme", "name": "Acme", "query": "acme"}
PERSON = {"slug": "ada", "name": "Ada"}
DIGEST = {"slug": "daily", "person": "ada", "kind": "digest"}
SOURCE = {"slug": "blog", "kind": "feed"}
WHOLE = {
    "topics": [TOPIC],
    "watches": [WATCH | {"topics": ["price"]}],
    "people": [PERSON],
    "subscriptions": [DIGEST | {"watches": ["acme"]}],
    "sources": [SOURCE],
}


def told(**said):
    return list(broken_references(Settings.model_validate(WHOLE | said)))


def test_names_that_are_given_once_and_used_rightly_are_fine():
    assert told() == []


@pytest.mark.parametrize(
    ("said", "keys", "message"),
    [
        (
            {"watches": [WATCH | {"topics": ["price", "prise"]}]},
            ("watches", 0, "topics", 1),
            "unknown topic 'prise'. Did you mean 'price'?",
        ),
        (
            {"subscriptions": [DIGEST | {"person": "bob"}]},
            ("subscriptions", 0, "person"),
            "unknown person 'bob'.",
        ),
        (
            {"subscriptions": [DIGEST, DIGEST | {"slug": "x", "watches": ["acm"]}]},
            ("subscriptions", 1, "watches", 0),
            "unknown watch 'acm'. Did you mean 'acme'?",
        ),
    ],
)
def test_a_name_that_nobody_has_is_told_where_it_is_used(said, keys, message):
    assert told(**said) == [(keys, message)]


@pytest.mark.parametrize(
    ("part", "row", "key"),
    [
        ("topics", TOPIC, "id"),
        ("watches", WATCH, "slug"),
        ("people", PERSON, "slug"),
        ("subscriptions", DIGEST, "slug"),
        ("sources", SOURCE, "slug"),
    ],
)
def test_a_name_that_is_given_again_is_told_each_time(part, row, key):
    found = [entry for entry in told(**{part: [row] * 3}) if entry[0][0] == part]
    assert found == [
        ((part, k, key), f"{row[key]!r} is used twice; it must be unique.") for k in (1, 2)
    ]


def test_things_of_different_kinds_may_share_a_name():
    """A watch and a source may both be called acme."""
    assert (
        told(sources=[SOURCE | {"slug": "acme"}], people=[PERSON, PERSON | {"slug": "acme"}]) == []
    )
