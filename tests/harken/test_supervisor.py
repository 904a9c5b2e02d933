"""Children are started again whenever they end, and ended for good on demand."""

import asyncio
import sys

import pytest

from harken.supervisor import Child, describe, start, stop

pytestmark = pytest.mark.slow


def test_a_child_that_dies_is_started_again_and_its_end_is_told(tmp_path):
    marks = tmp_path / "marks"
    code = f"open({str(marks)!r}, 'a').write('x')"
    told = []

    async def watch() -> None:
        child = Child("one", [sys.executable, "-c", code], lambda n, r: told.append((n, r)))
        keeper = asyncio.create_task(child.keep())
        while not marks.exists() or len(marks.read_text()) < 2:  # noqa: ASYNC110 - a child writes it
            await asyncio.sleep(0.02)
        keeper.cancel()
        await child.stop()

    asyncio.run(asyncio.wait_for(watch(), 60))
    assert told[0] == ("one", "ended with status 0")


def test_a_child_that_ignores_sigterm_is_killed():
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"

    async def run() -> int | None:
        process = await start([sys.executable, "-c", code])
        await asyncio.sleep(0.5)
        await stop(process)
        return process.returncode

    assert asyncio.run(asyncio.wait_for(run(), 30)) in (-9, -15)


def test_an_exit_status_is_told_in_words():
    assert describe(2) == "status 2"
    assert describe(-9) == "signal SIGKILL"
