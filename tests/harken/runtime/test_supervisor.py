"""Supervisor: children are restarted when they end, and stopped on demand."""

import asyncio
import itertools
import sys

import pytest
from structlog.testing import capture_logs

from harken.runtime import supervisor
from harken.runtime.supervisor import Child, start, stop


@pytest.mark.slow
def test_child_is_restarted_and_its_exit_reported(tmp_path):
    marks = tmp_path / "marks"
    code = f"open({str(marks)!r}, 'a').write('x')"
    exits = []

    async def watch() -> None:
        child = Child("one", [sys.executable, "-c", code], lambda n, r: exits.append((n, r)))
        task = asyncio.create_task(child.keep_running())
        while not marks.exists() or len(marks.read_text()) < 2:  # noqa: ASYNC110 - a child writes it
            await asyncio.sleep(0.02)
        task.cancel()
        await child.stop()

    asyncio.run(asyncio.wait_for(watch(), 60))
    assert exits[0] == ("one", "stopped with status 0")


@pytest.mark.slow
def test_child_that_ignores_sigterm_is_killed():
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"

    async def run() -> int | None:
        process = await start([sys.executable, "-c", code])
        await asyncio.sleep(0.5)
        await stop(process)
        return process.returncode

    assert asyncio.run(asyncio.wait_for(run(), 30)) in (-9, -15)


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 10, 3_000_000])
def test_child_gets_its_complete_document(tmp_path, size):
    """Examples of topics are larger than the buffer of a pipe."""
    copy = tmp_path / "copy"
    code = f"import sys; open({str(copy)!r}, 'w').write(sys.stdin.read())"

    async def run() -> int:
        process = await start([sys.executable, "-c", code], "x" * size)
        return await process.wait()

    assert asyncio.run(asyncio.wait_for(run(), 60)) == 0
    assert copy.read_text() == "x" * size


def test_child_may_ignore_its_document():
    async def run() -> int:
        process = await start(["true"], "x" * 3_000_000)
        return await process.wait()

    assert asyncio.run(asyncio.wait_for(run(), 60)) == 0


@pytest.mark.slow
def test_restarted_child_gets_the_current_document(tmp_path):
    marks = tmp_path / "marks"
    code = f"import sys; open({str(marks)!r}, 'a').write(sys.stdin.read())"
    documents = itertools.cycle("abcdefgh")

    async def run() -> None:
        child = Child(
            "one",
            [sys.executable, "-c", code],
            lambda *_: None,
            document=lambda: next(documents),
            backoff=NO_DELAY,
        )
        task = asyncio.create_task(child.keep_running())
        while not marks.exists() or len(marks.read_text()) < 2:  # noqa: ASYNC110 - a child writes it
            await asyncio.sleep(0.02)
        task.cancel()
        await child.stop()

    asyncio.run(asyncio.wait_for(run(), 60))
    assert marks.read_text().startswith("ab")


NO_DELAY = (0.0,)  # restarts without a pause, so that many fit into a test


def supervise(command, on_exit, ends):
    """Supervise a child until it ended *ends* times; return its exits and the events of the log."""

    async def watch():
        all_ended, exits = asyncio.Event(), []

        def on_child_exit(name, reason):
            exits.append((name, reason))
            if len(exits) == ends:
                loop.call_soon_threadsafe(all_ended.set)
            on_exit(name, reason)

        loop = asyncio.get_running_loop()
        child = Child("one", command, on_child_exit, backoff=NO_DELAY)
        task = asyncio.create_task(child.keep_running())
        await asyncio.wait_for(all_ended.wait(), 60)
        is_running = not task.done()
        task.cancel()
        await child.stop()
        return exits, is_running

    with capture_logs() as logs:
        exits, is_running = asyncio.run(watch())
    assert is_running, "its keeper goes on"
    return exits, [line["event"] for line in logs]


def test_each_exit_is_reported_and_followed_by_a_restart():
    exits, logs = supervise(["sh", "-c", "exit 3"], lambda *_: None, ends=4)
    assert exits == [("one", "stopped with status 3")] * 4
    assert logs[:4] == ["child.started", "child.ended"] * 2


def test_exit_by_a_signal_has_its_name():
    exits, _ = supervise(["sh", "-c", "kill -9 $$"], lambda *_: None, ends=1)
    assert exits == [("one", "stopped with signal SIGKILL")]


def test_child_is_restarted_though_its_exit_cannot_be_reported():
    """An unavailable database must not leave the installation without a scorer."""

    def failing_callback(name, reason):
        raise OSError("the text of a mention")

    exits, logs = supervise(["sh", "-c", "exit 1"], failing_callback, ends=3)
    assert len(exits) == 3
    assert "child.untold" in logs


def test_failed_start_is_reported_and_retried():
    exits, logs = supervise(["/no/such/program"], lambda *_: None, ends=3)
    assert exits[0] == ("one", "could not be started (No such file or directory)")
    assert logs[0] == "child.not_started"


def test_backoff_grows_to_a_maximum():
    assert list(supervisor.BACKOFF_S) == sorted(set(supervisor.BACKOFF_S))
    assert supervisor.BACKOFF_S[-1] <= supervisor.STEADY_S


def test_stop_of_an_ended_or_unstarted_child_does_nothing():
    async def run():
        process = await start(["true"])
        await process.wait()
        await stop(process)
        child = Child("one", ["true"], lambda *_: None)
        child.kill()
        await child.stop()
        return process.returncode

    assert asyncio.run(run()) == 0


def test_hanging_child_is_killed():
    """The supervisor handles this end like any other."""

    async def run():
        exit_reason, loop = asyncio.get_running_loop().create_future(), asyncio.get_running_loop()

        def on_exit(_, reason):
            loop.call_soon_threadsafe(exit_reason.set_result, reason)

        child = Child("one", ["sleep", "60"], on_exit)
        task = asyncio.create_task(child.keep_running())
        while child.process is None:  # noqa: ASYNC110 - nobody tells of a start
            await asyncio.sleep(0)
        child.kill()
        reason = await asyncio.wait_for(exit_reason, 60)
        task.cancel()
        return reason

    assert asyncio.run(run()) == "stopped with signal SIGKILL"
