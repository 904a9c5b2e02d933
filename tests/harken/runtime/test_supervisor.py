"""Children are restarted whenever they end, and stopped on demand."""

import asyncio
import itertools
import signal
import sys

import pytest
from structlog.testing import capture_logs

from harken.runtime import supervisor
from harken.runtime.supervisor import Child, describe_exit, start, stop


@pytest.mark.slow
def test_a_child_that_dies_is_started_again_and_its_end_is_told(tmp_path):
    marks = tmp_path / "marks"
    code = f"open({str(marks)!r}, 'a').write('x')"
    told = []

    async def watch() -> None:
        child = Child("one", [sys.executable, "-c", code], lambda n, r: told.append((n, r)))
        keeper = asyncio.create_task(child.keep_running())
        while not marks.exists() or len(marks.read_text()) < 2:  # noqa: ASYNC110 - a child writes it
            await asyncio.sleep(0.02)
        keeper.cancel()
        await child.stop()

    asyncio.run(asyncio.wait_for(watch(), 60))
    assert told[0] == ("one", "stopped with status 0")


@pytest.mark.slow
def test_a_child_that_ignores_sigterm_is_killed():
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"

    async def run() -> int | None:
        process = await start([sys.executable, "-c", code])
        await asyncio.sleep(0.5)
        await stop(process)
        return process.returncode

    assert asyncio.run(asyncio.wait_for(run(), 30)) in (-9, -15)


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 10, 3_000_000])
def test_a_child_gets_its_document_whole_and_nothing_after_it(tmp_path, size):
    """Examples of topics are larger than the buffer of a pipe."""
    copy = tmp_path / "copy"
    code = f"import sys; open({str(copy)!r}, 'w').write(sys.stdin.read())"

    async def run() -> int:
        process = await start([sys.executable, "-c", code], "x" * size)
        return await process.wait()

    assert asyncio.run(asyncio.wait_for(run(), 60)) == 0
    assert copy.read_text() == "x" * size


def test_a_child_that_does_not_read_its_document_disturbs_nothing():
    async def run() -> int:
        process = await start(["true"], "x" * 3_000_000)
        return await process.wait()

    assert asyncio.run(asyncio.wait_for(run(), 60)) == 0


@pytest.mark.slow
def test_a_child_that_restarts_gets_the_document_of_that_moment(tmp_path):
    marks = tmp_path / "marks"
    code = f"import sys; open({str(marks)!r}, 'a').write(sys.stdin.read())"
    documents = itertools.cycle("abcdefgh")

    async def run() -> None:
        child = Child(
            "one",
            [sys.executable, "-c", code],
            lambda *_: None,
            document=lambda: next(documents),
            backoff=AT_ONCE,
        )
        keeper = asyncio.create_task(child.keep_running())
        while not marks.exists() or len(marks.read_text()) < 2:  # noqa: ASYNC110 - a child writes it
            await asyncio.sleep(0.02)
        keeper.cancel()
        await child.stop()

    asyncio.run(asyncio.wait_for(run(), 60))
    assert marks.read_text().startswith("ab")


def test_an_exit_status_is_told_in_words():
    assert describe_exit(2) == "status 2"
    assert describe_exit(-9) == "signal SIGKILL"
    assert describe_exit(0) == "status 0"
    assert describe_exit(-signal.SIGRTMIN - 3).startswith("signal "), "not every signal has a name"


AT_ONCE = (0.0,)  # restarts without a pause, so that many fit into a test


def kept(command, on_exit, ends):
    """Supervise a child until it ended *ends* times; return the log."""

    async def watch():
        done, seen = asyncio.Event(), []

        def heard(name, reason):
            seen.append((name, reason))
            if len(seen) == ends:
                loop.call_soon_threadsafe(done.set)
            on_exit(name, reason)

        loop = asyncio.get_running_loop()
        child = Child("one", command, heard, backoff=AT_ONCE)
        keeper = asyncio.create_task(child.keep_running())
        await asyncio.wait_for(done.wait(), 60)
        alive = not keeper.done()
        keeper.cancel()
        await child.stop()
        return seen, alive

    with capture_logs() as logs:
        seen, alive = asyncio.run(watch())
    assert alive, "its keeper goes on"
    return seen, [line["event"] for line in logs]


def test_each_end_is_told_and_followed_by_a_new_beginning():
    seen, logs = kept(["sh", "-c", "exit 3"], lambda *_: None, ends=4)
    assert seen == [("one", "stopped with status 3")] * 4
    assert logs[:4] == ["child.started", "child.ended"] * 2


def test_a_death_by_a_signal_is_told_by_its_name():
    seen, _ = kept(["sh", "-c", "kill -9 $$"], lambda *_: None, ends=1)
    assert seen == [("one", "stopped with signal SIGKILL")]


def test_a_child_is_kept_though_nobody_can_be_told_of_its_end():
    """An unavailable database must not leave the installation without a scorer."""

    def deaf(name, reason):
        raise OSError("the text of a mention")

    seen, logs = kept(["sh", "-c", "exit 1"], deaf, ends=3)
    assert len(seen) == 3
    assert "child.untold" in logs


def test_a_child_that_cannot_be_started_is_tried_again_and_told():
    seen, logs = kept(["/no/such/program"], lambda *_: None, ends=3)
    assert seen[0] == ("one", "could not be started (No such file or directory)")
    assert logs[0] == "child.not_started"


def test_the_pauses_before_a_restart_grow_and_have_an_end():
    assert list(supervisor.BACKOFF_S) == sorted(set(supervisor.BACKOFF_S))
    assert supervisor.BACKOFF_S[-1] <= supervisor.STEADY_S


def test_what_has_ended_or_never_began_is_stopped_in_peace():
    async def run():
        process = await start(["true"])
        await process.wait()
        await stop(process)
        child = Child("one", ["true"], lambda *_: None)
        child.kill()
        await child.stop()
        return process.returncode

    assert asyncio.run(run()) == 0


def test_a_child_that_hangs_is_killed():
    """Its keeper handles this end like any other."""

    async def run():
        ended, loop = asyncio.get_running_loop().create_future(), asyncio.get_running_loop()

        def heard(_, reason):
            loop.call_soon_threadsafe(ended.set_result, reason)

        child = Child("one", ["sleep", "60"], heard)
        keeper = asyncio.create_task(child.keep_running())
        while child.process is None:  # noqa: ASYNC110 - nobody tells of a start
            await asyncio.sleep(0)
        child.kill()
        reason = await asyncio.wait_for(ended, 60)
        keeper.cancel()
        return reason

    assert asyncio.run(run()) == "stopped with signal SIGKILL"
