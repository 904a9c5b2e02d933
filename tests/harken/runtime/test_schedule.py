"""Schedule: a failing job stops neither itself nor others, and is logged once."""

import asyncio
from datetime import timedelta

from structlog.testing import capture_logs

from core.errors import TransientError
from harken.runtime.schedule import Schedule, _with_failure_log

TICK = timedelta(milliseconds=20)


def failures(logs):
    return [line for line in logs if line["event"] == "job.failed"]


def test_failing_job_and_others_continue():
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
    (entry,) = failures(logs)
    assert entry["job"] == "bad"
    assert entry["reason"].startswith("ValueError at tests.harken.runtime.test_schedule:")


def test_failure_is_logged_when_it_is_new_or_returns():
    x, y = TransientError("x"), TransientError("y")
    results = [x, x, y, None, y]

    async def job():
        error = results.pop(0)
        if error:
            raise error

    async def run():
        job_with_log = _with_failure_log("detect", job)
        for _ in range(5):
            await job_with_log()

    with capture_logs() as logs:
        asyncio.run(run())
    assert [line["reason"] for line in failures(logs)] == ["x", "y", "y"]


def test_slow_job_does_not_overlap_itself():
    async def run():
        schedule, running, runs, three_runs = Schedule(), [0, 0], [0], asyncio.Event()

        async def slow():
            running[0] += 1
            running[1] = max(running)
            await asyncio.sleep(5 * TICK.total_seconds())
            running[0] -= 1
            runs[0] += 1
            if runs[0] == 3:
                three_runs.set()

        schedule.add(TICK, "slow", slow)
        schedule.start()
        await asyncio.wait_for(three_runs.wait(), 60)
        schedule.stop()
        return running[1]

    assert asyncio.run(run()) == 1


def test_no_job_runs_before_the_start_or_after_the_stop():
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
        count = len(runs)
        await asyncio.sleep(5 * TICK.total_seconds())
        return len(runs) - count

    assert asyncio.run(run()) <= 1, "one may have been on its way"
