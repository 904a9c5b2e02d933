"""Edited settings apply at once, except for those that are opened at the start of a run."""

from pathlib import Path

import pytest

from config.difference import RESTART_KEYS, compare
from config.settings import Settings

RUNNING = Settings(state=Path("state"), console={"base_url": "https://harken.example"})
SOURCE = {"slug": "blog", "kind": "feed", "options": {"url": "http://a.example"}}
PERSON = {"slug": "ada", "name": "Ada", "email": "ada@acme.example"}


def edited(**values):
    return Settings(
        **{"state": Path("state"), "console": {"base_url": "https://harken.example"}} | values
    )


def test_an_edit_without_an_effect_changes_nothing():
    change = compare(RUNNING, edited(zone="UTC"))
    assert (change.settings, change.changed_keys, change.restart_keys) == (RUNNING, (), ())


@pytest.mark.parametrize(
    "values",
    [
        {"zone": "Europe/Berlin"},
        {"sources": [SOURCE]},
        {"watches": [{"slug": "acme", "name": "Acme", "query": "acme"}]},
        {"topics": [{"id": "price", "name": "Price", "sentences": ["Too dear."]}]},
        {"people": [PERSON]},
        {"subscriptions": [{"slug": "b", "person": "ada", "kind": "brief"}]},
        {"crawl": {"delay": "3s"}},
        {"model": {"workers": 1}},
        {"mail": {"host": "h", "sender": "a@b"}},
        {"console": {"base_url": "https://other.example"}},
    ],
    ids=lambda values: next(iter(values)),
)
def test_these_apply_at_once(values):
    change = compare(RUNNING, edited(**values))
    assert change.settings == edited(**values)
    assert (change.changed_keys, change.restart_keys) == (tuple(values), ())


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("state", {"state": Path("elsewhere")}),
        ("record", {"record": "postgresql://db/harken"}),
        ("index", {"index": "http://127.0.0.1:9200"}),
        ("index_prefix", {"index_prefix": "other"}),
        ("console.host", {"console": {"host": "::1", "base_url": "https://harken.example"}}),
        ("console.port", {"console": {"port": 1234, "base_url": "https://harken.example"}}),
    ],
)
def test_these_stay_as_they_run_until_a_restart(key, values):
    change = compare(RUNNING, edited(**values))
    assert (change.settings, change.changed_keys, change.restart_keys) == (RUNNING, (), (key,))
    assert key in RESTART_KEYS


def test_the_rest_of_an_edit_applies_beside_one_that_needs_a_restart():
    change = compare(RUNNING, edited(index="http://127.0.0.1:9200", sources=[SOURCE]))
    assert change.settings == edited(sources=[SOURCE])
    assert (change.changed_keys, change.restart_keys) == (("sources",), ("index",))


def test_a_change_that_is_taken_back_needs_no_restart():
    first = compare(RUNNING, edited(index_prefix="other", zone="Europe/Berlin"))
    assert compare(first.settings, edited(zone="Europe/Berlin")).restart_keys == ()
