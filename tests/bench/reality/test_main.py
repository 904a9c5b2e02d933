"""The command of `make reality`: its report and its exit status."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]


@pytest.fixture
def reality(tmp_path):
    """Return a function that runs the command in a new folder with fake scripts of three areas."""
    for area in ("crawl", "faults", "security"):
        script = tmp_path / "shared" / "reality" / area / "run.py"
        script.parent.mkdir(parents=True)
        shutil.copy(Path(__file__).with_name("fake_script.py"), script)

    def call(*arguments):
        environment = os.environ | {"SHARED": "shared", "PYTHONPATH": str(CHECKOUT)}
        command = [sys.executable, "-m", "bench.reality", "--inputs", "inputs", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return call


@pytest.fixture
def add_input(tmp_path):
    def add(name, text):
        path = tmp_path / "inputs" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return add


@pytest.fixture
def read_report(tmp_path):
    def read():
        return json.loads((tmp_path / "out" / "reality.json").read_text(encoding="utf-8"))

    return read


def test_areas_run_in_order_and_a_single_one_keeps_the_others(reality, add_input, read_report):
    add_input("security/cases/a", "fault: F forget")
    add_input("crawl/cases/b", "fault: E")
    first = reality()
    assert first.returncode == 0
    assert "crawl: 1 right, 0 wrong, 0 skipped of 1" in first.stderr
    assert list(read_report()) == ["crawl", "security"]
    crawl = read_report()["crawl"]

    add_input("crawl/cases/b", "fault: E\nnote: bad")
    add_input("security/cases/a", "fault: F forget\nnote: bad")
    assert reality("--area", "security").returncode == 1
    assert read_report()["crawl"] == crawl
    assert read_report()["security"]["F forget"] == {
        "right": 0,
        "wrong": 1,
        "skipped": 0,
        "cases": [{"id": "a", "right": False, "seen": "step 1: 3 mails; step 2: late"}],
    }


def test_run_of_all_areas_starts_a_new_report(reality, add_input, read_report, tmp_path):
    add_input("crawl/cases/b", "fault: E")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "reality.json").write_text('{"nlp": {}}')
    assert reality().returncode == 0
    assert list(read_report()) == ["crawl"]


def test_skipped_input_is_counted(reality, add_input, read_report):
    add_input("faults/cases/a", "kind: D\nnote: root")
    assert reality().returncode == 0
    assert read_report()["faults"]["D"]["skipped"] == 1


def test_input_without_a_result_exits_with_2(reality, add_input):
    add_input("crawl/cases/a", "fault: E")
    add_input("crawl/cases/b", "fault: E\nnote: lost")
    assert reality().returncode == 2


def test_missing_script_exits_with_2(reality, add_input, tmp_path):
    add_input("crawl/cases/a", "fault: E")
    (tmp_path / "shared" / "reality" / "crawl" / "run.py").unlink()
    process = reality()
    assert process.returncode == 2
    assert "SHARED has no reality/crawl/run.py" in process.stderr


def test_folder_without_inputs_exits_with_2(reality, add_input):
    process = reality("--area", "crawl", "nlp")
    assert process.returncode == 2
    assert "has no inputs for crawl, nlp" in process.stderr


def test_unknown_area_exits_with_2(reality):
    assert reality("--area", "crawling").returncode == 2
