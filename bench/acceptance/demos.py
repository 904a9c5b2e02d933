"""The demos of the acceptance test, and the run of one demo."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.timestamps import format_utc

ZONE: Final = ZoneInfo("Europe/Berlin")  # the reader's clock in every demo
# A week from the Sunday on which summer time ends, and the Sunday on which it begins.
DAYS: Final = (
    *(date(2026, 10, 25) + timedelta(days=n) for n in range(7)),
    date(2027, 3, 28),
)
FAULTS: Final = ("scorer", "source", "index", "smtp")
LIVE_S: Final = 600  # longest wait for the second crisis, seconds
MAX_WAIT_S: Final = 900  # for a demo that is not live, seconds; it takes one to two minutes
GRACE_S: Final = 60  # for the end of an interrupted demo, seconds
RESULT_KEYS: Final = ("failures", "onset_error_s", "page_s", "silences", "crawl", "score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """One `harken demo --check`."""

    part: str
    seed: int
    calm: bool = False
    now: datetime | None = None  # UTC; None: the real time
    engine: str = "tantivy"
    fault: str | None = None
    live: int | None = None  # seconds

    @property
    def name(self) -> str:
        """The name, unique in a plan."""
        return f"{self.part}-{self.fault or self.seed}"

    def options(self, index: str) -> list[str]:
        """Return the options of its command line, with *index* as the engine."""
        arguments = ["--seed", str(self.seed), "--index", index]
        arguments += ["--calm"] if self.calm else []
        arguments += ["--now", str(format_utc(self.now))] if self.now else []
        arguments += ["--fault", self.fault] if self.fault else []
        return arguments + (["--live", str(self.live)] if self.live else [])


def plan(parts: Sequence[str], seeds: Sequence[int] | None = None) -> list[Demo]:
    """Return the demos of *parts* in the order of PARTS; all of them, or those of *seeds*."""
    demos = [demo for part, build_demos in PARTS.items() if part in parts for demo in build_demos()]
    return [demo for demo in demos if seeds is None or demo.seed in seeds]


def moments(n: int) -> list[datetime]:
    """Return *n* times, UTC, spread evenly over 24 hours of the reader's clock.

    Eight or more cover every weekday and both days on which the clocks change.
    """
    return [_moment(number, n) for number in range(n)]


def play(demo: Demo, index: str, folder: Path) -> dict[str, Any]:
    """Run *demo* on the engine *index* and return its row; delete *folder* unless it failed."""
    command = [sys.executable, "-m", "harken", "demo", "--check", "--dir", str(folder)]
    began = time.monotonic()
    result = run_to_end([*command, *demo.options(index)], MAX_WAIT_S + (demo.live or 0))
    if result["ok"]:
        shutil.rmtree(folder, ignore_errors=True)
    return {**_head(demo), **result, "seconds": round(time.monotonic() - began, 1)}


def demo_result(code: int, stdout: str, stderr: str) -> dict[str, Any]:
    """Return the result of a demo; ok only if its exit code and its output both are."""
    try:
        output = json.loads(stdout)
    except ValueError:
        last = stderr.strip().rpartition("\n")[2]
        return {"ok": False, "failures": [f"exit {code} without a result: {last}"]}
    details = {key: output.get(key) for key in RESULT_KEYS}
    return {"ok": code == 0 and output["ok"], "ready_s": output["seconds"]["ready"], **details}


def run_to_end(command: Sequence[str], max_wait: float) -> dict[str, Any]:
    """Run the demo *command* and return its result; interrupt it after *max_wait* seconds."""
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        stdout, stderr = demo.communicate(timeout=max_wait)
    except subprocess.TimeoutExpired:
        demo.send_signal(signal.SIGINT)  # it ends all processes that it started
        with suppress(subprocess.TimeoutExpired):
            demo.communicate(timeout=GRACE_S)
        demo.kill()
        return {"ok": False, "failures": [f"not over after {max_wait:.0f} s"]}
    return demo_result(demo.returncode, stdout, stderr)


def _moment(number: int, n: int) -> datetime:
    minutes = 7 + number * 24 * 60 // n  # seven minutes past: rhythms change at the full hour
    at = datetime.combine(DAYS[number % len(DAYS)], clock_time(minutes // 60, minutes % 60), ZONE)
    return at.astimezone(UTC)


def _head(demo: Demo) -> dict[str, Any]:
    return {
        "part": demo.part,
        "seed": demo.seed,
        "calm": demo.calm,
        "now": format_utc(demo.now),
        "engine": demo.engine,
        "fault": demo.fault,
        "live": demo.live,
    }


def _plain() -> Iterator[Demo]:
    yield from (Demo(part="plain", seed=seed) for seed in range(1, 21))


def _clocks() -> Iterator[Demo]:
    seeds = range(21, 34)
    for seed, now in zip(seeds, moments(len(seeds)), strict=True):
        yield Demo(part="clocks", seed=seed, now=now)


def _calm() -> Iterator[Demo]:
    seeds = range(1, 21)
    for seed, now in zip(seeds, moments(len(seeds)), strict=True):
        yield Demo(part="calm", seed=seed, calm=True, now=now)


def _elasticsearch() -> Iterator[Demo]:
    yield from (
        Demo(part="elasticsearch", seed=seed, engine="elasticsearch") for seed in range(1, 6)
    )


def _faults() -> Iterator[Demo]:
    yield from (Demo(part="faults", seed=1, fault=fault) for fault in FAULTS)


def _live() -> Iterator[Demo]:
    yield Demo(part="live", seed=1, live=LIVE_S)


PARTS: Final = {
    "plain": _plain,
    "clocks": _clocks,
    "calm": _calm,
    "elasticsearch": _elasticsearch,
    "faults": _faults,
    "live": _live,
}
