"""Times of which a source has brought no posts, or not all of them."""

from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from core.coverage import SourceGap
from store.database import upsert
from store.tables import source_gaps, sources


def open_gap(tx: Connection, source: str, *, since: datetime, reason: str) -> None:
    """Store a gap of *source* that goes on; one with the same start stays as it is."""
    values = {"source": source, "since": since, "reason": reason, "caught_up": False}
    insert = upsert(tx, source_gaps).values(**values, until=None)
    tx.execute(insert.on_conflict_do_nothing(index_elements=["source", "since"]))


def add_gap(tx: Connection, source: str, *, since: datetime, until: datetime, reason: str) -> None:
    """Store a gap that has ended, in the place of one with the same start."""
    values = {"until": until, "reason": reason, "caught_up": False}
    insert = upsert(tx, source_gaps).values(source=source, since=since, **values)
    tx.execute(insert.on_conflict_do_update(index_elements=["source", "since"], set_=values))


def close_gaps(
    tx: Connection, source: str, *, reason: str, until: datetime, caught_up: bool
) -> None:
    """End the gaps of *source* with *reason* that go on; *caught_up*: see ``SourceGap``."""
    is_open = source_gaps.c.until.is_(None) & (source_gaps.c.reason == reason)
    statement = update(source_gaps).where(source_gaps.c.source == source, is_open)
    tx.execute(statement.values(until=until, caught_up=caught_up))


def gaps_since(
    tx: Connection, since: datetime, *, until: datetime | None = None
) -> tuple[SourceGap, ...]:
    """Return the gaps of active sources that overlap [since, until), by source and start."""
    query = (
        select(source_gaps)
        .join(sources, sources.c.slug == source_gaps.c.source)
        .where(sources.c.active)
        .where(or_(source_gaps.c.until.is_(None), source_gaps.c.until > since))
        .order_by(source_gaps.c.source, source_gaps.c.since)
    )
    if until is not None:
        query = query.where(source_gaps.c.since < until)
    return tuple(SourceGap(**row._asdict()) for row in tx.execute(query))


def open_gaps(tx: Connection, reason: str) -> frozenset[str]:
    """Return the sources with a gap that goes on, by *reason*."""
    is_open = source_gaps.c.until.is_(None) & (source_gaps.c.reason == reason)
    return frozenset(tx.scalars(select(source_gaps.c.source).where(is_open)))
