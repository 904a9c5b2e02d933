"""Lock of a state folder: one run at a time, and a killed run blocks no other."""

import os
import subprocess
import sys
import textwrap

import pytest

from core.errors import ConfigError
from harken.runtime.lock import acquire, is_locked


def test_second_run_is_refused_with_the_pid_of_the_first(tmp_path):
    with acquire(tmp_path / "run.lock"), pytest.raises(ConfigError, match=str(os.getpid())):
        acquire(tmp_path / "run.lock")


def test_lock_of_a_killed_process_is_free(tmp_path):
    code = f"""
        import os, signal
        from pathlib import Path
        from harken.runtime.lock import acquire
        handle = acquire(Path({str(tmp_path / "run.lock")!r}))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    process = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False, timeout=60)
    assert process.returncode == -9
    acquire(tmp_path / "run.lock").close()


def test_released_lock_is_free_and_has_the_pid_of_its_new_owner(tmp_path):
    path = tmp_path / "state" / "run.lock"
    acquire(path).close()
    with acquire(path):
        assert path.read_text() == str(os.getpid())


def test_longer_old_pid_is_overwritten(tmp_path):
    path = tmp_path / "run.lock"
    path.write_text("123456789012345")
    with acquire(path), pytest.raises(ConfigError, match=rf"process {os.getpid()} is already"):
        acquire(path)


def test_folder_that_cannot_be_created_is_a_mistake_in_the_settings(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match=r"run\.lock: cannot be locked"):
        acquire(tmp_path / "file" / "run.lock")


def test_two_state_folders_have_two_locks(tmp_path):
    with acquire(tmp_path / "a" / "run.lock"), acquire(tmp_path / "b" / "run.lock"):
        pass


def test_is_locked_does_not_acquire(tmp_path):
    path = tmp_path / "run.lock"
    assert not is_locked(path)
    assert not path.exists()
    with acquire(path):
        assert is_locked(path)
    assert not is_locked(path)
