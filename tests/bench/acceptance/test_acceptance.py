"""The file of acceptance results: complete after every row, and resumable."""

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


def read_json(path):
    return json.loads(path.read_text())


def test_each_row_is_written_at_once(path):
    ledger = AcceptanceResults(path)
    ledger.add_server(SERVER)
    assert read_json(path)["servers"] == [SERVER]
    assert read_json(path)["demos"] == []
    ledger.add_demo(row(ONE, ok=True))
    assert read_json(path)["demos"] == [row(ONE, ok=True)]


def test_resumed_results_have_the_successful_demos(path):
    bad = Demo(part="plain", seed=2)
    first = AcceptanceResults(path)
    first.add_demo(row(ONE, ok=True))
    first.add_demo(row(bad, ok=False))
    second = AcceptanceResults(path, resume=True)
    assert second.has(ONE)
    assert not second.has(bad)
    assert not second.has(Demo(part="plain", seed=3))


def test_new_result_replaces_the_old_one(path):
    AcceptanceResults(path).add_demo(row(ONE, ok=False))
    ledger = AcceptanceResults(path, resume=True)
    assert not ledger.is_good()
    ledger.add_demo(row(ONE, ok=True))
    assert ledger.is_good()
    assert len(read_json(path)["demos"]) == 1


def test_new_file_has_no_earlier_results(path):
    AcceptanceResults(path).add_demo(row(ONE, ok=True))
    assert not AcceptanceResults(path).has(ONE)


@pytest.mark.parametrize("flaw", [{"recall": 0.99}, {"doubled": 1}])
def test_server_with_missing_or_duplicate_posts_is_a_failure(path, flaw):
    ledger = AcceptanceResults(path)
    ledger.add_server(SERVER)
    assert ledger.is_good()
    ledger.add_server(SERVER | flaw)
    assert not ledger.is_good()


@pytest.mark.parametrize(
    ("text", "numbers"), [("7", [7]), ("1-3", [1, 2, 3]), ("1-2,9", [1, 2, 9]), ("4-4", [4])]
)
def test_seeds_are_numbers_and_ranges(text, numbers):
    assert parse_numbers(text) == numbers
