"""Runs: the ledger of what was crawled; the scheduler itself remembers nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

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


def close_lost(tx: Connection, *, now: datetime) -> list[str]:
    """Close the runs whose process is gone; returns their sources, which are due again."""
    lost = runs.c.state == "running"
    found = sorted(set(tx.execute(select(runs.c.source).where(lost)).scalars()))
    tx.execute(update(runs).where(lost).values(state="lost", ended=now))
    return found


def traffic(tx: Connection) -> dict[str, Traffic]:
    """The sum over all runs, by source."""
    totals: dict[str, Traffic] = {}
    for row in tx.execute(select(runs).order_by(runs.c.started)):
        totals[row.source] = _add(totals.get(row.source, Traffic()), row)
    return totals


def _add(total: Traffic, row: Any) -> Traffic:
    names = ("requests", "bytes", "not_modified", "fetched", "known", "edited", "new")
    dropped = Counter(total.dropped) + Counter(row.dropped)
    return Traffic(**{n: getattr(total, n) + getattr(row, n) for n in names}, dropped=dict(dropped))
