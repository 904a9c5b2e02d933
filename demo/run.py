"""The course of a demo: until the crisis is on screen, then the steps of `--check`."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from demo import faults, waits
from demo.check import OK, DemoObservations, check_report
from demo.clock import DemoClock
from demo.display.display import Display
from demo.session import POLL_S, DemoOptions, DemoSession, start_demo
from store import counts as tally
from store.database import Database


@contextlib.contextmanager
def open_demo(
    options: DemoOptions, clock: DemoClock, display: Display | None = None
) -> Iterator[DemoSession]:
    """Yield a running demo; end it in every case. Without a *display* steps are lines on stderr."""
    session = start_demo(options, clock, display)
    try:
        yield session
    finally:
        session.close()


def wait_until_ready(
    session: DemoSession, on_console: Callable[[str], object] = lambda _: None
) -> tuple[Database, DemoObservations]:
    """Wait until the page of the incident, or a calm console, is complete.

    Call *on_console* with the address of the console as soon as its first page answers.
    """
    waits.wait_for_console(session)
    waits.wait_for_first_page(session)
    on_console(session.console_url)
    database = waits.wait_for_database(session)
    observations = DemoObservations(scored_per_s=waits.wait_for_scores(session, database))
    crises = waits.wait_for_crises(session, database)
    page = f"/incidents/{crises[-1].id}" if crises else "/"
    session.wait_for(f"the page {page}", lambda: True if session.get(page)[0] == OK else None)
    observations.ready_s = since_process_start()
    waits.wait_for_index(session, database)
    waits.wait_for_mails(session, database)
    return database, observations


def run_check(
    options: DemoOptions, clock: DemoClock, display: Display | None = None
) -> dict[str, Any]:
    """Run the whole demo unattended and return its report."""
    with open_demo(options, clock, display) as session:
        database, observations = wait_until_ready(session)
        if options.fault:
            faults.inject_fault(session, database, observations, options.fault)
        if options.live is not None:
            waits.wait_for_live_crisis(session, database, options.live)
        observations.recrawled_at = waits.wait_for_recrawl(session, database)
        waits.wait_for_mails(session, database)  # on incidents of that crawl
        if not options.fault:
            status = session.json("/status.json") or {}
            observations.silences, observations.calm = (
                status.get("silences", []),
                status.get("calm"),
            )
        return check_report(session, database, observations, total_s=since_process_start())


def watch_processes(session: DemoSession) -> None:
    """Wait for an interrupt of the user.

    Raises:
        HarkenError: a process of the demo ended before.
    """
    while True:
        session.raise_if_ended()
        time.sleep(POLL_S)


def summary(session: DemoSession, database: Database, observations: DemoObservations) -> list[str]:
    """Return a few lines for the person at the terminal."""
    with database.read() as tx:
        counts = tally.by_analysis_state(tx)
    crises = waits.crises(database)
    lines = [
        f"ready after {observations.ready_s:.0f} s",
        f"mentions: {counts['scored']} scored, {counts['unscored']} in languages the model cannot "
        f"score, {observations.scored_per_s or 0:.0f} per second",
    ]
    lines += [
        f"{i.name}: {i.observed} people complaining about {i.watch} "
        f"(normally {i.expected:.1f}), since {i.onset:%H:%M} UTC"
        for i in crises
    ]
    mails = [f"{a.kind}: {a.eml}" for a in session.smtp_sink.mails]
    page = f"/incidents/{crises[0].id}" if crises else "/"
    return [
        *lines,
        *mails,
        f"console: {session.console_url}{page}",
        f"Press Ctrl-C to stop. All files are in {session.options.folder}; "
        "delete it to remove them.",
    ]


def since_process_start() -> float:
    """Return the seconds since the kernel started this process."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
