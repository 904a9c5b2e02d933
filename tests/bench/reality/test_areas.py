"""Selection of areas that have inputs."""

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


def test_areas_with_inputs_are_selected_in_a_fixed_order(inputs):
    assert names(select(inputs, [])) == ["crawl", "security", "alerts", "console"]


def test_only_requested_areas_are_selected(inputs):
    assert names(select(inputs, ["security", "crawl", "nlp"])) == ["crawl", "security"]


def test_missing_folder_has_no_areas(inputs):
    assert select(inputs / "elsewhere", []) == []


def test_areas_of_scripts_and_of_modules():
    assert names(a for a in AREAS if a.kind_key) == ["crawl", "faults", "security"]
    assert names(a for a in AREAS if not a.kind_key) == ["alerts", "index", "nlp", "console"]
