"""An area is played where the folder of inputs holds something for it."""

import pytest

from bench.reality.areas import AREAS, select


@pytest.fixture
def inputs(tmp_path):
    for name in (
        "security/right-today/a.yaml",
        "crawl/cases/deep/b.yaml",
        "alerts/detect/c.json",
        "index/console.jsonl",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "faults" / "cases").mkdir(parents=True)  # an empty folder is no input
    return tmp_path


def names(areas):
    return [area.name for area in areas]


def test_areas_without_inputs_are_left_out_and_the_order_is_fixed(inputs):
    assert names(select(inputs, [])) == ["crawl", "security", "alerts", "console"]


def test_only_the_requested_areas_are_played(inputs):
    assert names(select(inputs, ["security", "crawl", "nlp"])) == ["crawl", "security"]


def test_a_folder_that_does_not_exist_has_no_area(inputs):
    assert select(inputs / "elsewhere", []) == []


def test_the_areas_are_those_of_the_scripts_and_those_of_the_modules():
    assert names(a for a in AREAS if a.kind_key) == ["crawl", "faults", "security"]
    assert names(a for a in AREAS if not a.kind_key) == ["alerts", "index", "nlp", "console"]
