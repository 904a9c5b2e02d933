"""Rules of the tests: no network except loopback, no unlisted skip in CI."""

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


def test_skip_for_unlisted_reason_fails_in_ci(tmp_path):
    result = run(tmp_path, SKIPPING, CI="true")
    assert result.returncode == 1
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error" in result.stdout
    assert "'I was tired' is not in tests/skips.txt" in result.stdout
    assert "'likewise' is not in tests/skips.txt" in result.stdout


def test_module_skipped_for_unlisted_reason_fails_in_ci(tmp_path):
    text = "import pytest\npytest.skip('no time', allow_module_level=True)\n"
    result = run(tmp_path, text, CI="true")
    assert result.returncode != 0
    assert "'no time' is not in tests/skips.txt" in result.stdout


def test_any_skip_is_allowed_outside_ci(tmp_path):
    result = run(tmp_path, SKIPPING)
    assert result.returncode == 0
    assert "1 passed, 3 skipped, 1 xfailed" in result.stdout


def test_option_allows_one_skip_reason_only(tmp_path):
    result = run(tmp_path, SKIPPING, "--skips-only", "I was")
    assert result.returncode == 1
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error" in result.stdout
    assert "'not installed' does not begin with 'I was'" in result.stdout


def test_option_applies_to_skips_during_collection(tmp_path):
    text = "import pytest\npytest.skip('SHARED has no x', allow_module_level=True)\n"
    assert run(tmp_path, text, "--skips-only", "SHARED has no").returncode == 5
    assert run(tmp_path, text.replace("SHARED", "X"), "--skips-only", "SHARED").returncode != 5


@pytest.mark.parametrize("address", ["192.0.2.1", "example.org"])
def test_connection_to_other_host_is_refused(address):
    with pytest.raises(RuntimeError, match="tests may only reach loopback"):
        socket.create_connection((address, 80), timeout=1)


def test_datagram_to_other_host_is_refused():
    with socket.socket(type=socket.SOCK_DGRAM) as letter, pytest.raises(RuntimeError):
        letter.sendto(b"", ("192.0.2.1", 53))


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_connection_to_loopback_is_allowed(name):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((name, server.getsockname()[1]), timeout=9).close()
