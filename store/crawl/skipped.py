"""Posts that a source listed and that are not stored: their ids, times and reasons alone."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select

from core.crawl import DroppedPost
from store.database import dialect_insert
from store.mentions import IDS
from store.tables import sightings, skipped

_OF_SOURCE: Final = select(skipped.c.mention).where(
    skipped.c.source == bindparam("by"), skipped.c.mention.in_(IDS)
)
_COUNT_SIGHTINGS: Final = (
    select(func.count())
    .select_from(sightings)
    .where(sightings.c.source == bindparam("by"), sightings.c.mention.in_(IDS))
)


def skipped_ids(tx: Connection, source: str, ids: Collection[str]) -> set[str]:
    """Return those of *ids* that an earlier crawl of *source* dropped."""
    return set(tx.scalars(_OF_SOURCE, {"ids": list(ids), "by": source})) if ids else set()


def insert_skipped(tx: Connection, source: str, posts: Sequence[DroppedPost], now: datetime) -> int:
    """Insert the dropped posts: id, time and reason, never the text. Return the number of new ones.

    A post of which *source* has a sighting is not new.
    """
    rows = [
        {"mention": d.id, "source": source, "at": now, "reason": d.reason}
        for d in sorted(posts, key=lambda d: d.id)
    ]
    if not rows:
        return 0
    new_ids = tx.scalars(_insert_statement(tx.dialect.name), rows).all()
    seen = tx.execute(_COUNT_SIGHTINGS, {"ids": new_ids, "by": source}) if new_ids else None
    return len(new_ids) - (seen.scalar_one() if seen else 0)


@cache
def _insert_statement(dialect: str) -> Any:
    insert = dialect_insert(dialect, skipped).on_conflict_do_nothing()
    return insert.returning(skipped.c.mention)
