"""A player is a separate process: results before a crash are kept, and the crash is reported."""

import pytest

from bench.reality import players
from bench.reality.players import parse
from bench.reality.results import CaseResult

PLAYER = """
from bench.reality.results import CaseResult

def count(inputs):
    return len(list(inputs.iterdir()))

def play(inputs, work):
    assert work.is_absolute() and not list(work.iterdir())
    for path in sorted(inputs.iterdir()):
        if path.stem == EXPLODES_ON:
            raise ValueError("no such field")
        yield CaseResult("a", path.stem, path.stem != "two", "größer")
"""

ONE = CaseResult("a", "one", right=True, seen="größer")
TWO = CaseResult("a", "two", right=False, seen="größer")


@pytest.fixture
def inputs(tmp_path):
    folder = tmp_path / "inputs"
    folder.mkdir()
    (folder / "one").touch()
    (folder / "two").touch()
    return folder


@pytest.fixture
def work(tmp_path):
    folder = tmp_path / "work" / "alerts"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def player(tmp_path, monkeypatch):
    """Write a module that raises on one input, and return its name."""

    def write(explodes_on, body=PLAYER):
        (tmp_path / "fake_player.py").write_text(f"EXPLODES_ON = {explodes_on!r}\n{body}")
        return "fake_player"

    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return write


def test_all_results_are_returned(player, inputs, work):
    assert players.play(player(None), inputs, work) == (2, [ONE, TWO], "")


def test_exception_ends_the_area_and_keeps_previous_results(player, inputs, work):
    assert players.play(player("two"), inputs, work) == (2, [ONE], "ValueError: no such field")


def test_module_that_cannot_be_imported_has_no_count(player, inputs, work):
    count, results, error = players.play(player(None, "import nowhere_at_all"), inputs, work)
    assert (count, results) == (None, [])
    assert error == "ModuleNotFoundError: No module named 'nowhere_at_all'"


def test_process_that_exits_early_is_an_error(player, inputs, work):
    body = PLAYER.replace("raise ValueError", "import os; os._exit(0)  #")
    count, results, error = players.play(player("two", body), inputs, work)
    assert (count, results) == (2, [ONE])
    assert error == "no output"


def test_incomplete_line_is_ignored():
    lines = ['{"inputs": 2}', '{"kind": "a", "id": "one", "right": true, "seen": "größer"}', '{"k']
    assert parse(lines) == (2, [ONE], False)
