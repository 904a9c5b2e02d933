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


def problems(**fields):
    return list(broken_references(Settings.model_validate(WHOLE | fields)))


def test_unique_names_and_valid_references_have_no_problem():
    assert problems() == []


@pytest.mark.parametrize(
    ("fields", "keys", "message"),
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
def test_unknown_name_is_reported_where_it_is_used(fields, keys, message):
    assert problems(**fields) == [(keys, message)]


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
def test_each_repeated_name_is_reported(part, row, key):
    duplicates = [entry for entry in problems(**{part: [row] * 3}) if entry[0][0] == part]
    assert duplicates == [
        ((part, k, key), f"{row[key]!r} is used twice; it must be unique.") for k in (1, 2)
    ]


def test_names_may_repeat_across_kinds():
    """A watch and a source may both be called acme."""
    assert (
        problems(sources=[SOURCE | {"slug": "acme"}], people=[PERSON, PERSON | {"slug": "acme"}])
        == []
    )
