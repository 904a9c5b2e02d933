"""The report is written after each area, and a single area does not change the others."""

import json

import pytest

from bench.reality.ledger import Ledger
from bench.reality.results import CaseResult, report

ONE = report([CaseResult("E letters", "bom", True, "")])
OTHER = report([CaseResult("E letters", "bom", False, "größer")])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "out" / "reality.json"


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_each_area_is_written_immediately(path):
    ledger = Ledger(path, resume=False)
    assert read(path) == {}
    ledger.add("crawl", ONE)
    assert read(path) == {
        "crawl": {
            "E letters": {
                "right": 1,
                "wrong": 0,
                "skipped": 0,
                "cases": [{"id": "bom", "right": True, "seen": ""}],
            }
        }
    }


def test_resumed_report_replaces_its_own_area_only(path):
    first = Ledger(path, resume=False)
    first.add("crawl", ONE)
    first.add("nlp", ONE)
    Ledger(path, resume=True).add("crawl", OTHER)
    assert read(path) == {"crawl": OTHER, "nlp": ONE}


def test_areas_are_in_the_order_of_runs(path):
    for area in ("console", "crawl", "nlp"):
        Ledger(path, resume=True).add(area, ONE)
    assert list(read(path)) == ["crawl", "nlp", "console"]


def test_new_run_empties_the_report(path):
    Ledger(path, resume=False).add("crawl", ONE)
    Ledger(path, resume=False)
    assert read(path) == {}
