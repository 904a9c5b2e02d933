"""A bar on stderr where a person watches, and nothing anywhere else."""

import io
import sys
from pathlib import Path

import pytest

from harken.commands.options import make_invocation
from harken.commands.progress import progress_bar
from harken.pipeline.progress import Progress


class Terminal(io.StringIO):
    """Stderr that is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def stderr(monkeypatch):
    """Set stderr, a terminal or not, and return it."""

    def use(stream):
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setenv("COLUMNS", "100")
        return stream

    return use


def moved(*, json=False, is_child=False, **more):
    invocation = make_invocation(Path("h.yaml"), None, json=json, is_child=is_child)
    with progress_bar(invocation, "Scoring mentions", **more) as progress:
        progress.expect(1200)
        progress.advance(256)
        progress.advance(0)
    return progress


def test_a_person_sees_the_label_and_the_counts(stderr, capsys):
    shown = stderr(Terminal())
    moved()
    assert "Scoring mentions" in shown.getvalue()
    assert "256 of 1,200" in shown.getvalue()
    assert capsys.readouterr().out == ""


def test_a_count_beyond_the_expected_end_moves_the_end(stderr):
    shown = stderr(Terminal())
    with progress_bar(make_invocation(Path("h"), None, json=False), "Crawling") as progress:
        progress.expect(2)
        progress.advance(3)
    assert "3 of 3" in shown.getvalue()


@pytest.mark.parametrize(
    "values", [{"json": True}, {"is_child": True}, {"is_shown": False}], ids=str
)
def test_scripts_children_and_long_runs_show_nothing(stderr, values):
    shown = stderr(Terminal())
    assert type(moved(**values)) is Progress
    assert shown.getvalue() == ""


def test_nothing_is_shown_without_a_terminal(stderr):
    shown = stderr(io.StringIO())
    assert type(moved()) is Progress
    assert shown.getvalue() == ""
