"""Areas of scripts: results of the report, and of files that crash the script."""

import shutil
import sys
from pathlib import Path

import pytest

from bench.reality import scripts
from bench.reality.areas import Area
from bench.reality.results import CaseResult
from bench.reality.scripts import case_files, case_folders, count, environment, parse_report, play

AREA = Area("faults", ("faults/cases/*.yaml",), "kind")

GOOD = CaseResult("M", "a-good", right=True, seen="")
BAD = CaseResult("M", "c-bad", right=False, seen="step 1: 3 mails; step 2: late")
SKIPPED_RESULT = CaseResult("D", "d-root", right=None, seen="needs root")


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "shared" / "run.py"
    path.parent.mkdir()
    shutil.copy(Path(__file__).with_name("fake_script.py"), path)
    return path


@pytest.fixture
def work(tmp_path):
    folder = tmp_path / "work" / "faults"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def inputs(tmp_path):
    folder = tmp_path / "inputs"
    for name, text in {
        "cases/a-good": "kind: M",
        "cases/c-bad": "kind: M\nnote: bad",
        "right-today/d-root": "kind: D\nnote: root",
    }.items():
        add(folder, name, text)
    return folder


def add(inputs, name, text):
    path = inputs / "faults" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def by_id(results):
    return sorted(results, key=lambda result: result.id)


def test_report_of_the_script_counts_in_spite_of_status_1(inputs, script, work):
    results = list(play(inputs, AREA, script, work))
    assert by_id(results) == [GOOD, BAD, SKIPPED_RESULT]
    assert count(inputs, AREA) == 3


def test_after_a_crash_each_file_runs_alone_and_one_is_wrong(inputs, script, work):
    add(inputs, "cases/b-crash", "kind: C\nnote: crash")
    results = by_id(play(inputs, AREA, script, work))
    wrong_result = results.pop(1)
    assert results == [GOOD, BAD, SKIPPED_RESULT]
    assert (wrong_result.kind, wrong_result.id, wrong_result.right) == ("C", "b-crash", False)
    assert "RuntimeError: harken run did not come up" in wrong_result.seen


def test_hanging_script_is_ended(inputs, script, work, monkeypatch):
    add(inputs, "cases/b-hang", "kind: C\nnote: hang")
    monkeypatch.setattr(scripts, "AREA_LIMIT_S", 2)
    monkeypatch.setattr(scripts, "FILE_LIMIT_S", 2)
    results = by_id(play(inputs, AREA, script, work))
    assert [(r.id, r.right) for r in results] == [
        ("a-good", True),
        ("b-hang", False),
        ("c-bad", False),
        ("d-root", None),
    ]


def test_invalid_yaml_is_wrong_without_a_kind(inputs, script, work):
    add(inputs, "cases/b-crash", "kind: [\ncrash")
    wrong_result = by_id(play(inputs, AREA, script, work))[1]
    assert (wrong_result.kind, wrong_result.right) == ("", False)


def test_report_of_an_earlier_run_is_ignored(inputs, script, work):
    work.with_suffix(".report").write_text("{}")
    add(inputs, "cases/b-crash", "kind: C\nnote: crash")
    assert len(list(play(inputs, AREA, script, work))) == 4


def test_single_folder_of_cases_is_enough(inputs):
    assert [f.name for f in case_folders(inputs, AREA)] == ["cases", "right-today"]
    (inputs / "faults" / "right-today" / "d-root.yaml").unlink()
    (inputs / "faults" / "right-today").rmdir()
    assert [f.name for f in case_folders(inputs, AREA)] == ["cases"]
    assert count(inputs, AREA) == 2


def test_files_below_folders_and_files_by_name_are_cases(tmp_path):
    deep = tmp_path / "cases" / "deep"
    deep.mkdir(parents=True)
    (deep / "b.yaml").touch()
    (deep / "notes.txt").touch()
    (tmp_path / "a.yaml").touch()
    files = case_files([tmp_path / "a.yaml", tmp_path / "cases"])
    assert [f.name for f in files] == ["a.yaml", "b.yaml"]


def test_kind_of_a_report_is_unchanged():
    kinds = {"E letters": {"cases": [{"id": "x", "right": False, "seen": ["a", "b"]}]}}
    assert list(parse_report(kinds)) == [CaseResult("E letters", "x", right=False, seen="a; b")]


def test_environment_has_existing_absolute_paths():
    variables = environment({"HOME": "/home/ada", "VENV": "elsewhere"})
    assert variables["HOME"] == "/home/ada"
    assert variables["VENV"] == sys.prefix
    for name in ("VENV", "PLAIN", "MODEL_SCRIPT"):
        path = Path(variables[name])
        assert path.is_absolute()
        assert path.exists()
