"""The ledger of the acceptance: whole after every row, and fit to go on from."""

import json

import pytest

from bench.acceptance.__main__ import AcceptanceResults, parse_numbers
from bench.acceptance.demos import Demo

ONE = Demo(part="plain", seed=1)
SERVER = {"server": "wordpress", "recall": 1.0, "doubled": 0}


def row(demo, *, ok):
    return {"name": demo.name, "ok": ok}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "acceptance.json"


def read(path):
    return json.loads(path.read_text())


def test_each_row_is_on_disk_at_once(path):
    ledger = AcceptanceResults(path)
    ledger.add_server(SERVER)
    assert read(path)["servers"] == [SERVER]
    assert read(path)["demos"] == []
    ledger.add_demo(row(ONE, ok=True))
    assert read(path)["demos"] == [row(ONE, ok=True)]


def test_resumed_it_knows_what_went_well_and_plays_the_rest(path):
    bad = Demo(part="plain", seed=2)
    first = AcceptanceResults(path)
    first.add_demo(row(ONE, ok=True))
    first.add_demo(row(bad, ok=False))
    second = AcceptanceResults(path, resume=True)
    assert second.has(ONE)
    assert not second.has(bad)
    assert not second.has(Demo(part="plain", seed=3))


def test_a_new_word_takes_the_place_of_the_old_one(path):
    AcceptanceResults(path).add_demo(row(ONE, ok=False))
    ledger = AcceptanceResults(path, resume=True)
    assert not ledger.is_good()
    ledger.add_demo(row(ONE, ok=True))
    assert ledger.is_good()
    assert len(read(path)["demos"]) == 1


def test_what_is_not_resumed_is_forgotten(path):
    AcceptanceResults(path).add_demo(row(ONE, ok=True))
    assert not AcceptanceResults(path).has(ONE)


@pytest.mark.parametrize("flaw", [{"recall": 0.99}, {"doubled": 1}])
def test_a_server_that_was_misheard_is_a_failure(path, flaw):
    ledger = AcceptanceResults(path)
    ledger.add_server(SERVER)
    assert ledger.is_good()
    ledger.add_server(SERVER | flaw)
    assert not ledger.is_good()


@pytest.mark.parametrize(
    ("text", "wanted"), [("7", [7]), ("1-3", [1, 2, 3]), ("1-2,9", [1, 2, 9]), ("4-4", [4])]
)
def test_seeds_are_numbers_and_spans(text, wanted):
    assert parse_numbers(text) == wanted
