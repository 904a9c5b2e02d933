"""Schedule: a failing job stops neither itself nor others, and is logged once."""

import asyncio
from datetime import timedelta

from structlog.testing import capture_logs

from core.errors import TransientError
from harken.runtime.schedule import Schedule, _with_failure_log

TICK = timedelta(milliseconds=20)


def failures(logs):
    return [line for line in logs if line["event"] == "job.failed"]


def test_a_failing_job_goes_on_and_so_do_the_others():
    async def run():
        counts, schedule, enough = {"bad": 0, "good": 0}, Schedule(), asyncio.Event()

        def job(name, error):
            async def work():
                counts[name] += 1
                if min(counts.values()) >= 3:
                    enough.set()
                if error:
                    raise error

            return work

        schedule.add(TICK, "bad", job("bad", ValueError("x")))
        schedule.add(TICK, "good", job("good", None))
        schedule.start()
        await asyncio.wait_for(enough.wait(), 60)
        schedule.stop()

    with capture_logs() as logs:
        asyncio.run(run())
    (told,) = failures(logs)
    assert told["job"] == "bad"
    assert told["reason"].startswith("ValueError at tests.harken.runtime.test_schedule:")


def test_a_failure_is_told_again_when_it_changes_or_comes_back():
    x, y = TransientError("x"), TransientError("y")
    course = [x, x, y, None, y]

    async def job():
        error = course.pop(0)
        if error:
            raise error

    async def run():
        quiet = _with_failure_log("detect", job)
        for _ in range(5):
            await quiet()

    with capture_logs() as logs:
        asyncio.run(run())
    assert [line["reason"] for line in failures(logs)] == ["x", "y", "y"]


def test_a_slow_job_never_overlaps_itself_and_what_was_missed_is_done_once():
    async def run():
        schedule, most, runs, done = Schedule(), [0, 0], [0], asyncio.Event()

        async def slow():
            most[0] += 1
            most[1] = max(most)
            await asyncio.sleep(5 * TICK.total_seconds())
            most[0] -= 1
            runs[0] += 1
            if runs[0] == 3:
                done.set()

        schedule.add(TICK, "slow", slow)
        schedule.start()
        await asyncio.wait_for(done.wait(), 60)
        schedule.stop()
        return most[1]

    assert asyncio.run(run()) == 1


def test_nothing_runs_before_the_start_or_after_the_stop():
    async def run():
        schedule, runs, first = Schedule(), [], asyncio.Event()

        async def job():
            runs.append(1)
            first.set()

        schedule.add(TICK, "job", job)
        await asyncio.sleep(0)
        assert runs == []
        schedule.start()
        await asyncio.wait_for(first.wait(), 60)
        schedule.stop()
        schedule.stop()
        await asyncio.sleep(0)
        told = len(runs)
        await asyncio.sleep(5 * TICK.total_seconds())
        return len(runs) - told

    assert asyncio.run(run()) <= 1, "one may have been on its way"
