"""Runs: the ledger of what was crawled; the scheduler itself remembers nothing."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from store.tables import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What runs asked of the network and what became of the posts."""

    requests: int = 0
    bytes: int = 0
    not_modified: int = 0
    fetched: int = 0
    known: int = 0
    edited: int = 0
    new: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)


def begin(tx: Connection, run: str, source: str, *, now: datetime) -> None:
    """Open a run of *source*."""
    tx.execute(insert(runs).values(id=run, source=source, started=now, state="running", dropped={}))


def end(
    tx: Connection, run: str, *, state: str, reason: str | None, traffic: Traffic, now: datetime
) -> None:
    """Close a run with what it cost; what became of its posts was counted page by page."""
    tx.execute(
        update(runs)
        .where(runs.c.id == run)
        .values(
            ended=now,
            state=state,
            reason=reason,
            requests=traffic.requests,
            bytes=traffic.bytes,
            not_modified=traffic.not_modified,
        )
    )


def close_lost(tx: Connection, *, now: datetime, among: Sequence[str] | None = None) -> list[str]:
    """Close the runs (of the sources *among*) whose process is gone; returns their sources."""
    lost = runs.c.state == "running"
    if among is not None:
        lost &= runs.c.source.in_(among)
    found = sorted(set(tx.execute(select(runs.c.source).where(lost)).scalars()))
    tx.execute(update(runs).where(lost).values(state="lost", ended=now))
    return found


def good_since(tx: Connection, moment: datetime) -> set[str]:
    """Sources of which a run that began after *moment* ended well."""
    good = (runs.c.started > moment) & (runs.c.state == "ok")
    return set(tx.execute(select(runs.c.source).where(good)).scalars())


def one(tx: Connection, run: str) -> dict[str, Any]:
    """What became of the posts of one run: fetched, known, edited, new, dropped."""
    names = ("requests", "fetched", "known", "edited", "new", "dropped")
    row = tx.execute(select(runs).where(runs.c.id == run)).one()
    return {name: getattr(row, name) for name in names}


def traffic(tx: Connection) -> dict[str, Traffic]:
    """The sum over all runs, by source."""
    names = ("requests", "bytes", "not_modified", "fetched", "known", "edited", "new")
    sums = select(runs.c.source, *(func.sum(runs.c[n]).label(n) for n in names))
    dropped = _dropped(tx)
    return {
        row.source: Traffic(
            **{n: int(getattr(row, n)) for n in names}, dropped=dropped.get(row.source, {})
        )
        for row in tx.execute(sums.group_by(runs.c.source))
    }


def _dropped(tx: Connection) -> dict[str, Counter[str]]:
    # Neither database sums JSON; most runs drop nothing, and the law of a run tells which did.
    some = runs.c.fetched > runs.c.known + runs.c.edited + runs.c.new
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for source, dropped in tx.execute(select(runs.c.source, runs.c.dropped).where(some)):
        totals[source].update(dropped)
    return totals
