"""The conditions that a demo waits for, with their progress; each wait ends or raises an error."""

import contextlib
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.incident import Incident, IncidentKind
from demo.check import OK, true_incidents
from demo.display.scoring_steps import ScoringSteps
from demo.ground_truth import expected_count
from demo.processes.start import RUN_LOG, is_console_open
from demo.session import DemoSession, WaitTimeoutError
from store import changes, watches
from store import counts as tally
from store.alerts import baselines, incidents
from store.crawl import runs, sources
from store.database import Database

GRACE_S: Final = 60.0  # for a crisis after all watches have a baseline
MAX_INDEX_LAG: Final = 50  # changes; an index with this lag already shows everything of interest


def wait_for_console(session: DemoSession) -> None:
    """Wait until the console answers, and print its address."""
    session.display.show_status("Starting")
    log = session.options.folder / RUN_LOG
    session.wait_for("the console", lambda: True if is_console_open(log) else None)
    session.wait_for("the console", lambda: True if session.get("/healthz")[0] == OK else None)
    session.display.print_line(f"Console: {session.console_url}")


def wait_for_first_page(session: DemoSession) -> None:
    """Wait until the console has an index to search, a few seconds after it answers."""
    session.wait_for("the first page", lambda: True if session.get("/")[0] == OK else None)


def wait_for_database(session: DemoSession) -> Database:
    """Wait until the database has its tables, and return it."""
    return session.wait_for("the database", lambda: _open_database(session))


def wait_for_scores(session: DemoSession, database: Database) -> float | None:
    """Wait until all sources are crawled and their mentions scored; return mentions a second.

    None: the rate could not be measured.
    """
    expected = expected_count(
        session.corpus, session.started_at, session.site_url, session.clock.now()
    )
    event = "the first incident appears" if true_incidents(session) else "it ends"
    scoring = ScoringSteps(session.display, expected=expected, event=event)
    session.wait_for(
        "all mentions to be scored",
        lambda: True if scoring.update(database, time.monotonic()) else None,
        progress=lambda: scoring.counts_by_state,
    )
    scoring.finish()
    return scoring.rate.per_second


def wait_for_crises(session: DemoSession, database: Database) -> Sequence[Incident]:
    """Wait for as many crises as the truth has; return those that were detected, newest first."""
    session.display.show_status("Looking for incidents")
    session.wait_for("detection", lambda: _has_baselines(database))
    crisis_count = len(true_incidents(session))
    with contextlib.suppress(WaitTimeoutError):  # the report will name the missed ones
        session.wait_for(
            "the crises", lambda: True if len(crises(database)) >= crisis_count else None, GRACE_S
        )
    session.display.print_line(f"Incidents: {len(crises(database))}")
    return crises(database)


def wait_for_index(session: DemoSession, database: Database) -> None:
    """Wait until the index has nearly caught up with the database."""
    session.display.show_status("Indexing")
    session.wait_for(
        "the index",
        lambda: _is_index_current(session, database),
        progress=lambda: _index_offset(database),
    )
    with database.read() as tx:
        session.display.finish_step("Index", f"Indexed: {tally.total(tx):,} mentions")


def wait_for_mails(session: DemoSession, database: Database) -> None:
    """Wait for a brief on each crisis and a digest; the report names the missing ones."""
    session.display.show_status("Waiting for the emails")
    with contextlib.suppress(WaitTimeoutError):
        session.wait_for("the emails", lambda: _has_mails(session, database))
    session.display.print_line(f"Emails received: {len(session.smtp_sink.mails)}")


def wait_for_live_crisis(session: DemoSession, database: Database, max_wait: float) -> None:
    """Wait for the second crisis and its email, at most *max_wait* seconds from the start."""
    session.display.show_status("Waiting for the second crisis")
    crisis_count = len(session.corpus.incidents)
    remaining_s = max_wait - (session.clock.now() - session.started_at).total_seconds()
    with contextlib.suppress(WaitTimeoutError):
        session.wait_for(
            "the second crisis",
            lambda: (
                _has_mails(session, database) if len(crises(database)) >= crisis_count else None
            ),
            max(remaining_s, 1.0),
        )


def wait_for_recrawl(session: DemoSession, database: Database) -> datetime:
    """Wait until every working source was crawled and scored again; return the start of this."""
    session.display.show_status("Crawling all sources again")
    moment = session.clock.now()
    session.wait_for("another crawl", lambda: _is_recrawl_done(database, moment))
    wait_for_scores(session, database)
    return moment


def crises(database: Database) -> Sequence[Incident]:
    """Return all crises of the database, newest first."""
    with database.read() as tx:
        return incidents.all_incidents(tx, kind=IncidentKind.CRISIS)


def _open_database(session: DemoSession) -> Database | None:
    path = session.options.folder / "state" / "record.db"
    if not path.exists():
        return None
    database = Database(f"sqlite:///{path}")
    return database if database.version() else None


def _has_baselines(database: Database) -> bool | None:
    with database.read() as tx:
        all_watches = watches.active_watches(tx)
        return True if all(baselines.baseline(tx, w.slug) for w in all_watches) else None


def _index_offset(database: Database) -> int:
    with database.read() as tx:
        return min(changes.offsets(tx).values(), default=-1)


def _is_index_current(session: DemoSession, database: Database) -> bool | None:
    with database.read() as tx:
        last = changes.last_number(tx)
    offset = _index_offset(database)
    position = max(offset, 0)
    session.display.update_step(
        "Index", f"{position:,} of {last:,} changes", position / last if last else None
    )
    return True if 0 <= offset >= last - MAX_INDEX_LAG else None


def _has_mails(session: DemoSession, database: Database) -> bool | None:
    message_ids = [arrival.message_id for arrival in session.smtp_sink.mails]
    has_briefs = all(
        any(m.startswith(f"<inc-{i.id}.") for m in message_ids) for i in crises(database)
    )
    return True if has_briefs and any(a.kind == "digest" for a in session.smtp_sink.mails) else None


def _is_recrawl_done(database: Database, moment: datetime) -> bool | None:
    with database.read() as tx:
        working = {s.slug for s in sources.active(tx) if s.first_ok}
        return True if working <= runs.succeeded_since(tx, moment) else None
