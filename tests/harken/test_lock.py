"""Two runs never share a state folder, and a dead holder never blocks the next."""

import os
import subprocess
import sys
import textwrap

import pytest

from core.errors import ConfigError
from harken.lock import hold


def test_a_second_run_is_refused_with_the_pid_of_the_first(tmp_path):
    with hold(tmp_path / "run.lock"), pytest.raises(ConfigError, match=str(os.getpid())):
        hold(tmp_path / "run.lock")


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    code = f"""
        import os, signal
        from pathlib import Path
        from harken.lock import hold
        kept = hold(Path({str(tmp_path / "run.lock")!r}))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False, timeout=60)
    assert done.returncode == -9
    hold(tmp_path / "run.lock").close()
