"""``harken demo``: folders that it refuses, and the browser that it opens."""

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
def test_folder_of_a_running_demo_is_refused_and_unchanged(tmp_path, mode):
    prepare_folder(tmp_path)
    (tmp_path / "state").mkdir()
    with acquire(tmp_path / MARKER_FILE):
        process = demo("--dir", tmp_path, *mode)
    assert process.returncode == 2
    assert process.stdout == ""
    assert f"process {os.getpid()} is already running in this folder" in process.stderr
    assert "--dir" in process.stderr
    assert (tmp_path / "state").exists()


def test_folder_with_other_files_is_refused_and_unchanged(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    process = demo("--dir", tmp_path)
    assert process.returncode == 2
    assert "not a demo folder" in process.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


class StubBrowser:
    """A browser that stores the address it was called with."""

    def __init__(self, name):
        self.name = name
        self.urls = []

    def open(self, url):
        self.urls.append(url)


class InlineThread:
    """A thread that runs its target in start()."""

    def __init__(self, *, target, args, daemon):
        assert daemon
        self.start = lambda: target(*args)


@pytest.mark.parametrize(
    ("is_terminal", "name", "count"),
    [(True, "firefox", 1), (False, "firefox", 0), (True, "/usr/bin/w3m", 0)],
)
def test_only_a_graphical_browser_on_a_terminal_is_opened(monkeypatch, is_terminal, name, count):
    browser = StubBrowser(name)
    monkeypatch.setattr(command.webbrowser, "get", lambda: browser)
    monkeypatch.setattr(command, "Thread", InlineThread)
    monkeypatch.setattr(command.sys.stdout, "isatty", lambda: is_terminal, raising=False)
    command._open_browser("http://127.0.0.1:1")
    assert browser.urls == ["http://127.0.0.1:1"] * count


def test_missing_browser_is_ignored(monkeypatch):
    def no_browser():
        raise command.webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(command.webbrowser, "get", no_browser)
    monkeypatch.setattr(command.sys.stdout, "isatty", lambda: True, raising=False)
    command._open_browser("http://127.0.0.1:1")
