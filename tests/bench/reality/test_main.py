"""`make reality` as it is called: what it writes, and its exit status."""

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
    """Call the command in an empty folder; the scripts of all three areas are fake ones."""
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
def add(tmp_path):
    def add(name, text):
        path = tmp_path / "inputs" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return add


@pytest.fixture
def read(tmp_path):
    def read():
        return json.loads((tmp_path / "out" / "reality.json").read_text(encoding="utf-8"))

    return read


def test_areas_are_played_in_order_and_a_single_one_leaves_the_others(reality, add, read):
    add("security/cases/a", "fault: F forget")
    add("crawl/cases/b", "fault: E")
    first = reality()
    assert first.returncode == 0
    assert "crawl: 1 right, 0 wrong, 0 skipped of 1" in first.stderr
    assert list(read()) == ["crawl", "security"]
    crawl = read()["crawl"]

    add("crawl/cases/b", "fault: E\nnote: bad")
    add("security/cases/a", "fault: F forget\nnote: bad")
    assert reality("--area", "security").returncode == 1
    assert read()["crawl"] == crawl
    assert read()["security"]["F forget"] == {
        "right": 0,
        "wrong": 1,
        "skipped": 0,
        "cases": [{"id": "a", "right": False, "seen": "step 1: 3 mails; step 2: late"}],
    }


def test_a_run_of_all_areas_begins_afresh(reality, add, read, tmp_path):
    add("crawl/cases/b", "fault: E")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "reality.json").write_text('{"nlp": {}}')
    assert reality().returncode == 0
    assert list(read()) == ["crawl"]


def test_a_skipped_input_is_counted(reality, add, read):
    add("faults/cases/a", "kind: D\nnote: root")
    assert reality().returncode == 0
    assert read()["faults"]["D"]["skipped"] == 1


def test_an_input_without_a_result_is_2(reality, add):
    add("crawl/cases/a", "fault: E")
    add("crawl/cases/b", "fault: E\nnote: lost")
    assert reality().returncode == 2


def test_an_area_whose_script_is_missing_is_2(reality, add, tmp_path):
    add("crawl/cases/a", "fault: E")
    (tmp_path / "shared" / "reality" / "crawl" / "run.py").unlink()
    done = reality()
    assert done.returncode == 2
    assert "SHARED has no reality/crawl/run.py" in done.stderr


def test_a_folder_without_inputs_is_2(reality, add):
    done = reality("--area", "crawl", "nlp")
    assert done.returncode == 2
    assert "has no inputs for crawl, nlp" in done.stderr


def test_an_unknown_area_is_2(reality):
    assert reality("--area", "crawling").returncode == 2
