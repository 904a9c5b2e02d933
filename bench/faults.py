"""`make faults`: SIGKILL at random times, then a restart; nothing may be lost or doubled.

`harken run` is killed several times with one corpus; replay site and SMTP sink keep running. At the
end database, index and inbox are compared with those of an unkilled run.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.remains import KillFigures, compare, read_remains
from bench.report import machine, print_progress, write_figures
from demo.processes.start import start_run
from demo.run import wait_until_ready
from demo.session import DemoOptions, DemoSession, start_demo, wait_for
from harken.clock import Clock

VICTIMS: Final = ("all", "all", "parent", "analyse", "index", "crawl")
EARLIEST_S, LATEST_S = 0.3, 9.0  # seconds after a start: from the first import to the last email
OK: Final = 200


def main() -> None:
    """Kill as often as requested; write the figures; exit with 1 after a loss or a duplicate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--per-run", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    figures = run_kills(options.kills, options.per_run, options.seed)
    write_figures("faults", figures)
    raise SystemExit(bool(figures["lost"] or figures["doubled"]))


def run_kills(kills: int, per_run: int, seed: int) -> dict[str, Any]:
    """Return the figures of *kills* kills, *per_run* of them for each corpus."""
    figures = KillFigures()
    chance = random.Random(seed)
    while figures.kills < kills:
        corpus_seed = seed + figures.kills // per_run
        at = _minute(Clock().now())  # the same corpus for both: it depends on the minute
        with _open_session(corpus_seed, at) as reference:
            wait_until_ready(reference)
            before = read_remains(reference)
        with _open_session(corpus_seed, at) as victim:
            _kill_repeatedly(victim, chance, min(per_run, kills - figures.kills), figures)
            wait_until_ready(victim)
            compare(before, read_remains(victim), figures, corpus_seed)
        print_progress(
            f"{figures.kills} kills, {figures.losses} lost, {figures.duplicates} doubled"
        )
    return {
        "machine": machine(),
        "kills": figures.kills,
        "lost": figures.losses,
        "doubled": figures.duplicates,
        "repeated": figures.repeats,
        "manual_steps": 0,
        "restart_s_median": median(figures.restarts_s),
        "rows": figures.rows,
    }


@contextlib.contextmanager
def _open_session(seed: int, at: datetime) -> Iterator[DemoSession]:
    folder = Path(tempfile.mkdtemp(prefix="harken-faults-"))
    session = start_demo(DemoOptions(folder=folder, seed=seed), Clock.starting_at(at))
    try:
        yield session
    finally:
        session.close()
        shutil.rmtree(folder, ignore_errors=True)


def _minute(at: datetime) -> datetime:
    """Return second 5 of the minute of *at*."""
    return at.replace(second=5, microsecond=0)


def _kill_repeatedly(
    session: DemoSession, chance: random.Random, kills: int, figures: KillFigures
) -> None:
    for _ in range(kills):
        time.sleep(chance.uniform(EARLIEST_S, LATEST_S))
        victim = chance.choice(VICTIMS)
        _kill(session, victim)
        figures.kills += 1
        if session.run_process.poll() is not None or victim in ("all", "parent"):
            session.run_process.wait(30)
            began = time.monotonic()
            session.run_process = start_run(
                session.settings_path, session.clock, session.options.folder / "run.log"
            )
            wait_for("the restart", lambda: True if session.get("/healthz")[0] == OK else None, 60)
            figures.restarts_s.append(time.monotonic() - began)


def _kill(session: DemoSession, victim: str) -> None:
    """Send SIGKILL to the parent, to all processes, or to one kind of child."""
    children = _family(session.run_process.pid)
    if victim == "all":
        pids = [session.run_process.pid, *children]
    elif victim == "parent":
        pids = [session.run_process.pid]
    else:
        pids = [pid for pid in children if f" {victim} " in _command(pid)]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _family(pid: int) -> list[int]:
    output = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return [int(child) for child in output.split()]


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


if __name__ == "__main__":
    main()
