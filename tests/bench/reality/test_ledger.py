"""The report is on disk after each area, and a single area leaves the others as they are."""

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


def test_each_area_is_on_disk_at_once(path):
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


def test_a_resumed_file_keeps_the_other_areas_and_replaces_its_own(path):
    first = Ledger(path, resume=False)
    first.add("crawl", ONE)
    first.add("nlp", ONE)
    Ledger(path, resume=True).add("crawl", OTHER)
    assert read(path) == {"crawl": OTHER, "nlp": ONE}


def test_areas_stand_in_playing_order_whichever_came_first(path):
    for area in ("console", "crawl", "nlp"):
        Ledger(path, resume=True).add(area, ONE)
    assert list(read(path)) == ["crawl", "nlp", "console"]


def test_a_fresh_run_forgets_the_file(path):
    Ledger(path, resume=False).add("crawl", ONE)
    Ledger(path, resume=False)
    assert read(path) == {}
