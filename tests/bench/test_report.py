"""Figures are written to ``out/NAME.json``, with a description of the machine."""

import json
from datetime import UTC, datetime

import pytest

from bench import report


@pytest.fixture
def _in_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_in_tmp_path")
def test_figures_are_written_and_printed(tmp_path, capsys):
    report.write_figures("speed", {"ratio": 1.5, "größe": None})
    text = (tmp_path / "out" / "speed.json").read_text()
    assert text == capsys.readouterr().out
    assert json.loads(text) == {"ratio": 1.5, "größe": None}


@pytest.mark.usefixtures("_in_tmp_path")
def test_later_run_replaces_its_own_figures_only(tmp_path):
    report.write_figures("speed", {"ratio": 1})
    report.write_figures("faults", {"lost": 0})
    report.write_figures("speed", {"ratio": 2})
    figures = {path.name: json.loads(path.read_text()) for path in (tmp_path / "out").iterdir()}
    assert figures == {"speed.json": {"ratio": 2}, "faults.json": {"lost": 0}}


@pytest.mark.usefixtures("_in_tmp_path")
def test_other_values_are_written_as_text(tmp_path):
    report.write_figures("speed", {"at": datetime(2026, 3, 2, tzinfo=UTC)})
    assert "2026-03-02" in (tmp_path / "out" / "speed.json").read_text()


def test_description_of_the_machine_has_no_host_name(monkeypatch):
    """Figures are published: with cores, processor, Python and system, without host and user."""
    monkeypatch.setattr("platform.node", lambda: "secret-host")
    description = report.machine()
    assert set(description) == {"cores", "processor", "python", "system"}
    assert description["cores"] >= 1
    assert "secret-host" not in repr(description)


def test_progress_is_printed_on_stderr(capsys):
    report.print_progress("round 1 of 5")
    assert capsys.readouterr() == ("", "round 1 of 5\n")
