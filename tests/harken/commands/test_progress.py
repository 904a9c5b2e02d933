"""Progress bar on stderr of a terminal, and nothing anywhere else."""

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
    """Return a function that replaces stderr and returns the new stream."""

    def use(stream):
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setenv("COLUMNS", "100")
        return stream

    return use


def run_progress(*, json=False, is_child=False, **options):
    invocation = make_invocation(Path("h.yaml"), None, json=json, is_child=is_child)
    with progress_bar(invocation, "Scoring mentions", **options) as progress:
        progress.expect(1200)
        progress.advance(256)
        progress.advance(0)
    return progress


def test_terminal_shows_label_and_counts(stderr, capsys):
    stream = stderr(Terminal())
    run_progress()
    assert "Scoring mentions" in stream.getvalue()
    assert "256 of 1,200" in stream.getvalue()
    assert capsys.readouterr().out == ""


def test_count_above_the_total_raises_the_total(stderr):
    stream = stderr(Terminal())
    with progress_bar(make_invocation(Path("h"), None, json=False), "Crawling") as progress:
        progress.expect(2)
        progress.advance(3)
    assert "3 of 3" in stream.getvalue()


@pytest.mark.parametrize(
    "values", [{"json": True}, {"is_child": True}, {"is_shown": False}], ids=str
)
def test_json_children_and_followed_steps_show_nothing(stderr, values):
    stream = stderr(Terminal())
    assert type(run_progress(**values)) is Progress
    assert stream.getvalue() == ""


def test_nothing_is_shown_without_a_terminal(stderr):
    stream = stderr(io.StringIO())
    assert type(run_progress()) is Progress
    assert stream.getvalue() == ""
