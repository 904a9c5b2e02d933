"""Whatever a command makes is closed to other accounts of the machine, with the usual umask."""

import os
from functools import partial

import pytest

from tests.harken import cli_process

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="no POSIX permissions"),
]
harken = partial(cli_process.harken, umask=0o022)  # the usual one


def test_settings_and_state_are_closed_to_others(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    harken(home, "init", "--brand", "Acme")
    harken(home, "index")
    paths = list(home.rglob("*"))
    assert {path.name for path in paths} >= {"harken.yaml", "state", "record.db"}
    assert [str(path) for path in paths if path.stat().st_mode & 0o077] == []
    assert "private files" not in harken(home, "check", "--offline")
