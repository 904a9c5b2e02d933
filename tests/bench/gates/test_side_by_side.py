"""How many modules a folder may hold."""

import pytest

from bench.gates import side_by_side


@pytest.mark.parametrize(("folder", "limit"), [("nlp", 18), ("nlp/text", 18), ("demo", 23)])
def test_folder_above_its_limit_is_a_problem(write_tree, folder, limit):
    write_tree({f"{folder}/__init__.py": ""})
    root = write_tree({f"{folder}/m{i}.py": "" for i in range(limit)})
    assert side_by_side.problems(root) == []
    root = write_tree({f"{folder}/one_more.py": ""})
    assert side_by_side.problems(root) == [f"{folder}/ {limit + 1} modules, at most {limit}"]


def test_figure_has_the_fullest_folder(write_tree):
    (measure,) = side_by_side.measures(
        write_tree({"nlp/a.py": "", "nlp/b.py": "", "core/c.py": ""})
    )
    assert "nlp 2, core 1 (limit 18; demo 23)" in measure.figure
