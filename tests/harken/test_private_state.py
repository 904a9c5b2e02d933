"""Whatever a command makes is closed to other accounts of the machine, with the usual umask."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="no POSIX permissions"),
]
USUAL_UMASK = 0o022


def harken(home: Path, *arguments: str) -> str:
    process = subprocess.run(
        [sys.executable, "-m", "harken", *arguments],
        cwd=home,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        umask=USUAL_UMASK,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


def test_settings_and_state_are_closed_to_others(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    harken(home, "init", "--brand", "Acme")
    harken(home, "index")
    paths = list(home.rglob("*"))
    assert {path.name for path in paths} >= {"harken.yaml", "state", "record.db"}
    assert [str(path) for path in paths if path.stat().st_mode & 0o077] == []
    assert "private files" not in harken(home, "check", "--offline")
