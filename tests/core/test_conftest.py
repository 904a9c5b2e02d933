"""Rules of the tests: no network but loopback, no silent skip in CI."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parents[1]
SKIPPING = """
import pytest

def test_known():
    pytest.skip("not installed")

def test_unknown():
    pytest.skip("I was tired")

@pytest.mark.skipif(True, reason="likewise")
def test_marked():
    pass

@pytest.mark.xfail(reason="a bug with a number")
def test_expected():
    assert False

def test_good():
    pass
"""


def run(folder: Path, text: str, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(TESTS / "conftest.py", folder)
    shutil.copy(TESTS / "skips.txt", folder)
    (folder / "test_it.py").write_text(text)
    home = {"PATH": os.defpath, "PYTHONPATH": str(TESTS.parent)}
    command = [sys.executable, "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        [*command, folder],
        cwd=folder,
        env=home | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_skip_for_an_unlisted_reason_fails_in_ci(tmp_path):
    told = run(tmp_path, SKIPPING, CI="true")
    assert told.returncode == 1
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error" in told.stdout
    assert "'I was tired' is not in tests/skips.txt" in told.stdout
    assert "'likewise' is not in tests/skips.txt" in told.stdout


def test_a_whole_module_cannot_be_skipped_for_an_unlisted_reason_in_ci(tmp_path):
    text = "import pytest\npytest.skip('no time', allow_module_level=True)\n"
    told = run(tmp_path, text, CI="true")
    assert told.returncode != 0
    assert "'no time' is not in tests/skips.txt" in told.stdout


def test_outside_ci_a_skip_is_only_a_skip(tmp_path):
    told = run(tmp_path, SKIPPING)
    assert told.returncode == 0
    assert "1 passed, 3 skipped, 1 xfailed" in told.stdout


def test_a_run_may_allow_one_reason_alone(tmp_path):
    result = run(tmp_path, SKIPPING, "--skips-only", "I was")
    assert result.returncode == 1
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error" in result.stdout
    assert "'not installed' does not begin with 'I was'" in result.stdout


def test_a_module_that_looks_for_shared_data_while_it_is_collected_fails(tmp_path):
    text = "import pytest\npytest.skip('SHARED has no x', allow_module_level=True)\n"
    assert run(tmp_path, text, "--skips-only", "SHARED has no").returncode == 5
    assert run(tmp_path, text.replace("SHARED", "X"), "--skips-only", "SHARED").returncode != 5


@pytest.mark.parametrize("address", ["192.0.2.1", "example.org"])
def test_nothing_outside_can_be_reached(address):
    with pytest.raises(RuntimeError, match="tests may only reach loopback"):
        socket.create_connection((address, 80), timeout=1)


def test_nothing_outside_gets_a_datagram():
    with socket.socket(type=socket.SOCK_DGRAM) as letter, pytest.raises(RuntimeError):
        letter.sendto(b"", ("192.0.2.1", 53))


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_loopback_can_be_reached(name):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((name, server.getsockname()[1]), timeout=9).close()
