"""The command ``python -m bench.gates``."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.gates.__main__ import available, main, measures

CODE = "def match(told):\n    return told\n"


def test_every_module_of_the_package_is_a_gate(tmp_path):
    names = available()
    folder = Path(__file__).parents[3] / "bench" / "gates"
    assert names == sorted(p.stem for p in folder.glob("*.py") if not p.stem.startswith("__"))
    assert {"participles", "relative", "homonyms", "side_by_side"} <= set(names)
    assert {"references", "documented", "exceptions"} <= set(names)


def test_failed_gate_is_printed_with_figure_and_places(write_tree, capsys):
    root = write_tree({"core/a.py": CODE})
    assert main(["participles", "relative", "--root", str(root)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "participles",
        "  FAIL 22 words: 100.00% (1 of 1; limit 0.5%)",
        "       core/a.py:1 told",
        "  FAIL any participle: 100.00% (1 of 1; limit 1.5%)",
        "       core/a.py:1 told",
        "relative",
        "  ok   relative docstrings: 0.00% (0 of 0; limit 3.0%)",
    ]


def test_passed_gates_exit_with_zero(write_tree, capsys):
    root = write_tree({"core/a.py": "def match(rows):\n    return rows\n"})
    assert main(["participles", "relative", "homonyms", "--root", str(root)]) == 0
    assert "FAIL" not in capsys.readouterr().out


def test_list_has_each_place_once_and_does_not_fail(write_tree, capsys):
    root = write_tree({"core/a.py": CODE})
    assert main(["participles", "--list", "--root", str(root)]) == 0
    assert capsys.readouterr().out == "core/a.py:1 told\n"


def test_unknown_gate_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as exit_info:
        main(["participle"])
    assert exit_info.value.code == 2
    assert "unknown gate 'participle'" in capsys.readouterr().err


def test_gate_without_figures_has_the_number_of_its_problems(write_tree, tmp_path, monkeypatch):
    module = type(sys)("bench.gates.invented")
    module.problems = lambda root: [f"{root.name}:1 wrong"]
    monkeypatch.setitem(sys.modules, "bench.gates.invented", module)
    (measure,) = measures("invented", tmp_path)
    assert (measure.fails, measure.places) == (True, (f"{tmp_path.name}:1 wrong",))
    assert measure.figure == "problems: 1 (limit 0)"


def test_command_exits_with_1_if_a_gate_fails(write_tree):
    root = write_tree({"core/a.py": CODE})
    command = [sys.executable, "-m", "bench.gates", "participles", "--root", str(root)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
