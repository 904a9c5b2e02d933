"""How many modules a folder may hold."""

import pytest

from bench.gates import side_by_side


@pytest.mark.parametrize(("folder", "limit"), [("nlp", 18), ("nlp/text", 18), ("demo", 23)])
def test_a_folder_may_hold_its_limit_and_no_more(plant, folder, limit):
    plant({f"{folder}/__init__.py": ""})
    root = plant({f"{folder}/m{i}.py": "" for i in range(limit)})
    assert side_by_side.problems(root) == []
    root = plant({f"{folder}/one_more.py": ""})
    assert side_by_side.problems(root) == [f"{folder}/ {limit + 1} modules, at most {limit}"]


def test_the_fullest_folder_stands_in_the_figure(plant):
    (measure,) = side_by_side.measures(plant({"nlp/a.py": "", "nlp/b.py": "", "core/c.py": ""}))
    assert "nlp 2, core 1 (limit 18; demo 23)" in measure.figure
