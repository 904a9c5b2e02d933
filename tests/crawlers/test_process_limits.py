"""Limits of a crawl process, exceeded in a real one."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def run_limited(code, **limits):
    program = f"from crawlers.process_limits import limit_child\nlimit_child(**{limits!r})\n{code}"
    return subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.parametrize(
    ("code", "limits", "error_name"),
    [
        ("bytes(500 * 2**20)", {"memory": 300 * 2**20}, "MemoryError"),
        ("bytes(50 * 2**20)", {"memory": 300 * 2**20}, ""),
        ("open('/dev/shm/harken', 'wb').write(bytes(9_000))", {"file_size": 1_000}, "OSError"),
    ],
)
def test_process_is_stopped_at_its_limits(code, limits, error_name):
    assert error_name in run_limited(f"import signal\n{code}", **limits).stderr
    Path("/dev/shm/harken").unlink(missing_ok=True)


def test_process_is_stopped_at_its_cpu_limit():
    assert run_limited("while True: pass", cpu_s=1).returncode != 0
