"""The course of a demo: until the crisis is on screen, and what `--check` does after that."""

import contextlib
from collections.abc import Iterator
from typing import Any

from demo import faults, waits
from demo.check import OK, DemoObservations, check_report
from demo.session import DemoOptions, DemoSession, since_process_start, start_demo, wait_for
from harken.clock import Clock
from store import counts as tally
from store.database import Database


@contextlib.contextmanager
def open_demo(options: DemoOptions, clock: Clock) -> Iterator[DemoSession]:
    """A demo that is ended whatever happens."""
    session = start_demo(options, clock)
    try:
        yield session
    finally:
        session.close()


def wait_until_ready(session: DemoSession) -> tuple[Database, DemoObservations]:
    """Wait until what there is to see can be seen: the incident's page, or a calm console."""
    database = waits.wait_for_database(session)
    observations = DemoObservations(scored_per_s=waits.wait_for_scores(database))
    crises = waits.wait_for_crises(session, database)
    page = f"/incidents/{crises[-1].id}" if crises else "/"
    wait_for(f"the page {page}", lambda: True if session.get(page)[0] == OK else None)
    observations.ready_s = since_process_start()
    waits.wait_for_index(database)
    waits.wait_for_mails(session, database)
    return database, observations


def run_check(options: DemoOptions, clock: Clock) -> dict[str, Any]:
    """The whole demo without anybody watching; its verdict."""
    with open_demo(options, clock) as session:
        database, observations = wait_until_ready(session)
        if options.fault:
            faults.inject_fault(session, database, observations, options.fault)
        if options.live is not None:
            waits.wait_for_live_crisis(session, database, options.live)
        observations.recrawled_at = waits.wait_for_recrawl(session, database)
        waits.wait_for_mails(session, database)  # on what that crawl may have told of
        if not options.fault:
            status = session.json("/status.json") or {}
            observations.silences, observations.calm = (
                status.get("silences", []),
                status.get("calm"),
            )
        return check_report(session, database, observations, total_s=since_process_start())


def summary(session: DemoSession, database: Database, observations: DemoObservations) -> list[str]:
    """A few lines for the person who started it."""
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
