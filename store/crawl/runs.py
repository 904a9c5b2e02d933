"""Runs of crawls. They are the only state of the scheduler."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from store.tables import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedRun:
    """A run that has ended, with the posts that were new to its source."""

    started: datetime
    state: str  # ok | failed | forbidden | waiting | lost
    arrivals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTotals:
    """Sums of requests, bytes and posts over runs."""

    requests: int = 0
    bytes: int = 0
    not_modified: int = 0
    fetched: int = 0
    known: int = 0
    edited: int = 0
    new: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)


def start(tx: Connection, run: str, source: str, *, now: datetime) -> None:
    """Insert a running run of *source*."""
    values = {"id": run, "source": source, "started": now, "state": "running"}
    tx.execute(insert(runs).values(**values, dropped={}, arrivals=0))


def finish(
    tx: Connection,
    run: str,
    *,
    state: str,
    reason: str | None,
    run_totals: RunTotals,
    now: datetime,
) -> None:
    """Close a run with its traffic; its posts were counted page by page."""
    tx.execute(
        update(runs)
        .where(runs.c.id == run)
        .values(
            ended=now,
            state=state,
            reason=reason,
            requests=run_totals.requests,
            bytes=run_totals.bytes,
            not_modified=run_totals.not_modified,
        )
    )


def close_orphaned(
    tx: Connection, *, now: datetime, source_slugs: Sequence[str] | None = None
) -> list[str]:
    """Close the runs (of *source_slugs*) whose process is gone; return their sources, sorted."""
    is_orphaned = runs.c.state == "running"
    if source_slugs is not None:
        is_orphaned &= runs.c.source.in_(source_slugs)
    slugs = sorted(set(tx.execute(select(runs.c.source).where(is_orphaned)).scalars()))
    tx.execute(update(runs).where(is_orphaned).values(state="lost", ended=now))
    return slugs


def succeeded_since(tx: Connection, moment: datetime) -> set[str]:
    """Return the sources with a successful run that started after *moment*."""
    condition = (runs.c.started > moment) & (runs.c.state == "ok")
    return set(tx.execute(select(runs.c.source).where(condition)).scalars())


def ended_after(tx: Connection, starts: Mapping[str, datetime]) -> dict[str, list[EndedRun]]:
    """Return the ended runs of each source that started after its time in *starts*, oldest first.

    Runs from the first on that still continues are left out, and those of an older schema.
    """
    result: dict[str, list[EndedRun]] = {}
    for source, start in starts.items():
        columns = (runs.c.started, runs.c.state, runs.c.arrivals)
        query = select(*columns).where(runs.c.source == source, runs.c.started > start)
        for row in tx.execute(query.order_by(runs.c.started)):
            if row.state == "running":
                break
            if row.arrivals is not None:
                result.setdefault(source, []).append(EndedRun(**row._asdict()))
    return result


def running_count(tx: Connection) -> int:
    """Return the number of runs that have not ended."""
    query = select(func.count()).select_from(runs).where(runs.c.state == "running")
    return int(tx.execute(query).scalar_one())


def counts(tx: Connection, run: str) -> dict[str, Any]:
    """Return the counts of one run: requests, fetched, known, edited, new, arrivals, dropped."""
    names = ("requests", "fetched", "known", "edited", "new", "arrivals", "dropped")
    row = tx.execute(select(runs).where(runs.c.id == run)).one()
    return {name: getattr(row, name) for name in names}


def totals(tx: Connection) -> dict[str, RunTotals]:
    """Return the sums over all runs, by source."""
    names = ("requests", "bytes", "not_modified", "fetched", "known", "edited", "new")
    query = select(runs.c.source, *(func.sum(runs.c[n]).label(n) for n in names))
    dropped_by_source = _dropped_by_source(tx)
    return {
        row.source: RunTotals(
            **{n: int(getattr(row, n)) for n in names},
            dropped=dropped_by_source.get(row.source, {}),
        )
        for row in tx.execute(query.group_by(runs.c.source))
    }


def _dropped_by_source(tx: Connection) -> dict[str, Counter[str]]:
    # Neither database sums JSON. Most runs drop nothing: fetched = known + edited + new.
    has_drops = runs.c.fetched > runs.c.known + runs.c.edited + runs.c.new
    reasons_by_source: dict[str, Counter[str]] = defaultdict(Counter)
    for source, reasons in tx.execute(select(runs.c.source, runs.c.dropped).where(has_drops)):
        reasons_by_source[source].update(reasons)
    return reasons_by_source
