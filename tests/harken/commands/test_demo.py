"""``harken demo``: what ends it before it begins."""

import os
import subprocess
import sys

import pytest

from demo.workspace import MARKER_FILE, prepare_folder
from harken.commands import demo as command
from harken.runtime.lock import acquire


def demo(*arguments, **options):
    line = [sys.executable, "-m", "harken", "demo", *map(str, arguments)]
    return subprocess.run(line, check=False, capture_output=True, text=True, timeout=120, **options)


@pytest.mark.parametrize("mode", [[], ["--check"]])
def test_a_folder_in_use_is_refused_and_stays_as_it_is(tmp_path, mode):
    prepare_folder(tmp_path)
    (tmp_path / "state").mkdir()
    with acquire(tmp_path / MARKER_FILE):
        done = demo("--dir", tmp_path, *mode)
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"process {os.getpid()} is already running in this folder" in done.stderr
    assert "--dir" in done.stderr
    assert (tmp_path / "state").exists()


def test_no_file_is_left_in_a_folder_of_somebody_else(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    done = demo("--dir", tmp_path)
    assert done.returncode == 2
    assert "not a demo folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


class Window:
    """A browser that stores the address it was called with."""

    def __init__(self, name):
        self.name = name
        self.urls = []

    def open(self, url):
        self.urls.append(url)


class Inline:
    """A thread that runs at once."""

    def __init__(self, *, target, args, daemon):
        assert daemon
        self.start = lambda: target(*args)


@pytest.mark.parametrize(
    ("is_terminal", "name", "count"),
    [(True, "firefox", 1), (False, "firefox", 0), (True, "/usr/bin/w3m", 0)],
)
def test_a_browser_opens_only_on_a_terminal_and_in_a_window(monkeypatch, is_terminal, name, count):
    window = Window(name)
    monkeypatch.setattr(command.webbrowser, "get", lambda: window)
    monkeypatch.setattr(command, "Thread", Inline)
    monkeypatch.setattr(command.sys.stdout, "isatty", lambda: is_terminal, raising=False)
    command._open_browser("http://127.0.0.1:1")
    assert window.urls == ["http://127.0.0.1:1"] * count


def test_no_browser_is_no_failure(monkeypatch):
    def none():
        raise command.webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(command.webbrowser, "get", none)
    monkeypatch.setattr(command.sys.stdout, "isatty", lambda: True, raising=False)
    command._open_browser("http://127.0.0.1:1")
