"""Figures are written to ``out/NAME.json``, with a description of the machine."""

import json
from datetime import UTC, datetime

import pytest

from bench import report


@pytest.fixture
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_elsewhere")
def test_figures_are_written_and_printed_alike(tmp_path, capsys):
    report.write_figures("speed", {"ratio": 1.5, "größe": None})
    said = (tmp_path / "out" / "speed.json").read_text()
    assert said == capsys.readouterr().out
    assert json.loads(said) == {"ratio": 1.5, "größe": None}


@pytest.mark.usefixtures("_elsewhere")
def test_a_later_run_replaces_the_figures_of_its_own_target_alone(tmp_path):
    report.write_figures("speed", {"ratio": 1})
    report.write_figures("faults", {"lost": 0})
    report.write_figures("speed", {"ratio": 2})
    found = {path.name: json.loads(path.read_text()) for path in (tmp_path / "out").iterdir()}
    assert found == {"speed.json": {"ratio": 2}, "faults.json": {"lost": 0}}


@pytest.mark.usefixtures("_elsewhere")
def test_what_json_does_not_know_is_written_as_a_text(tmp_path):
    report.write_figures("speed", {"at": datetime(2026, 3, 2, tzinfo=UTC)})
    assert "2026-03-02" in (tmp_path / "out" / "speed.json").read_text()


def test_the_machine_is_told_without_its_name(monkeypatch):
    """Figures are published: cores, processor, Python and system, and no host or user."""
    monkeypatch.setattr("platform.node", lambda: "secret-host")
    found = report.machine()
    assert set(found) == {"cores", "processor", "python", "system"}
    assert found["cores"] >= 1
    assert "secret-host" not in repr(found)


def test_progress_does_not_stand_among_the_figures(capsys):
    report.print_progress("round 1 of 5")
    assert capsys.readouterr() == ("", "round 1 of 5\n")
