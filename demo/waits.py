"""The conditions that a demo waits for; each wait ends at once or raises HarkenError."""

import contextlib
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from core.errors import HarkenError
from core.incident import Incident, IncidentKind
from demo.check import true_incidents
from demo.session import DemoSession, wait_for
from store import changes, watches
from store import counts as tally
from store.alerts import baselines, incidents
from store.analysis import queue
from store.crawl import runs, sources
from store.database import Database

GRACE_S: Final = 60.0  # for a crisis after all watches have a baseline
MAX_INDEX_LAG: Final = 50  # changes; an index with this lag already shows everything of interest


def wait_for_database(session: DemoSession) -> Database:
    """Wait until the database has its tables, and return it."""
    return wait_for("the database", lambda: _open_database(session))


def wait_for_scores(database: Database) -> float | None:
    """Wait until all sources are crawled and their mentions scored; return mentions a second.

    None: the rate could not be measured.
    """
    rate = _Rate()
    wait_for(
        "all mentions to be scored",
        lambda: _is_scoring_done(database, rate),
        progress=lambda: _counts(database),
    )
    return rate.per_second


def wait_for_crises(session: DemoSession, database: Database) -> Sequence[Incident]:
    """Wait for as many crises as the truth has; return those that were detected, newest first."""
    wait_for("detection", lambda: _has_baselines(database))
    crisis_count = len(true_incidents(session))
    with contextlib.suppress(HarkenError):  # the report will name the missed ones
        wait_for(
            "the crises", lambda: True if len(crises(database)) >= crisis_count else None, GRACE_S
        )
    return crises(database)


def wait_for_index(database: Database) -> None:
    """Wait until the index has nearly caught up with the database."""
    wait_for(
        "the index", lambda: _is_index_current(database), progress=lambda: _index_offset(database)
    )


def wait_for_mails(session: DemoSession, database: Database) -> None:
    """Wait for a brief on each crisis and a digest; the report names the missing ones."""
    with contextlib.suppress(HarkenError):
        wait_for("the emails", lambda: _has_mails(session, database))


def wait_for_live_crisis(session: DemoSession, database: Database, max_wait: float) -> None:
    """Wait for the second crisis and its email, at most *max_wait* seconds from the start."""
    crisis_count = len(session.corpus.incidents)
    remaining_s = max_wait - (session.clock.now() - session.started_at).total_seconds()
    with contextlib.suppress(HarkenError):
        wait_for(
            "the second crisis",
            lambda: (
                _has_mails(session, database) if len(crises(database)) >= crisis_count else None
            ),
            max(remaining_s, 1.0),
        )


def wait_for_recrawl(session: DemoSession, database: Database) -> datetime:
    """Wait until every working source was crawled and scored again; return the start of this."""
    moment = session.clock.now()
    wait_for("another crawl", lambda: _is_recrawl_done(database, moment))
    wait_for_scores(database)
    return moment


def crises(database: Database) -> Sequence[Incident]:
    """Return all crises of the database, newest first."""
    with database.read() as tx:
        return incidents.all_incidents(tx, kind=IncidentKind.CRISIS)


class _Rate:
    """The rate of scoring while there was a backlog."""

    def __init__(self) -> None:
        self.first: tuple[float, int] | None = None
        self.per_second: float | None = None

    def update(self, count: int) -> None:
        """Update the rate with the *count* of scored mentions."""
        if not count:
            return
        if self.first is None:
            self.first = (time.monotonic(), count)
        elif count > self.first[1]:
            self.per_second = (count - self.first[1]) / (time.monotonic() - self.first[0])


def _open_database(session: DemoSession) -> Database | None:
    if session.run_process.poll() is not None:
        log = session.options.folder / "run.log"
        raise HarkenError(f"harken run ended with {session.run_process.returncode}; see {log}.")
    path = session.options.folder / "state" / "record.db"
    if not path.exists():
        return None
    database = Database(f"sqlite:///{path}")
    return database if database.version() else None


def _counts(database: Database) -> object:
    with database.read() as tx:
        return tally.by_analysis_state(tx)


def _is_scoring_done(database: Database, rate: _Rate) -> bool | None:
    with database.read() as tx:
        counts = tally.by_analysis_state(tx)
        backfilled_at = sources.backfill_completed_at(tx)
        backlog_size, _ = queue.backlog(tx)
    rate.update(counts["scored"] + counts["unscored"])
    return True if backfilled_at and not backlog_size else None


def _has_baselines(database: Database) -> bool | None:
    with database.read() as tx:
        all_watches = watches.active_watches(tx)
        return True if all(baselines.baseline(tx, w.slug) for w in all_watches) else None


def _index_offset(database: Database) -> int:
    with database.read() as tx:
        return min(changes.offsets(tx).values(), default=-1)


def _is_index_current(database: Database) -> bool | None:
    with database.read() as tx:
        last = changes.last_number(tx)
    return True if 0 <= _index_offset(database) >= last - MAX_INDEX_LAG else None


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
