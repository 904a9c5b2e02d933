"""Counts of likes, replies and the like over time, as sources publish them; one row a change."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, func, select

from core.crawl import CrawledPost
from store.database import dialect_insert
from store.mentions import IDS
from store.tables import engagements

_NEWEST: Final = (
    select(engagements.c.mention, func.max(engagements.c.at).label("at"))
    .where(engagements.c.mention.in_(IDS))
    .group_by(engagements.c.mention)
    .subquery()
)
_NEWEST_COUNTS: Final = select(engagements.c.mention, engagements.c.counts).join(
    _NEWEST, (engagements.c.mention == _NEWEST.c.mention) & (engagements.c.at == _NEWEST.c.at)
)


def record_engagement(
    tx: Connection, posts: Sequence[CrawledPost], new_ids: Collection[str], now: datetime
) -> None:
    """Store the counts of *posts* that differ from the newest stored ones.

    A post without counts changes nothing: its source may publish them elsewhere alone.
    """
    counts_by_id = {p.id: dict(p.post.engagement) for p in posts if p.post.engagement}
    newest = _newest_counts(tx, [i for i in counts_by_id if i not in new_ids])
    rows = [
        {"mention": i, "at": now, "counts": counts}
        for i, counts in sorted(counts_by_id.items())
        if counts != newest.get(i)
    ]
    if rows:
        tx.execute(_insert_statement(tx.dialect.name), rows)


def _newest_counts(tx: Connection, ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    rows = tx.execute(_NEWEST_COUNTS, {"ids": ids}) if ids else ()
    return {row.mention: row.counts for row in rows}


@cache
def _insert_statement(dialect: str) -> Any:
    insert = dialect_insert(dialect, engagements)
    columns = {"counts": insert.excluded["counts"]}
    return insert.on_conflict_do_update(index_elements=["mention", "at"], set_=columns)
