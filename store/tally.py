"""Where the mentions stand: all = pending + scored + unscored + quarantined + deleted."""

from datetime import datetime

from sqlalchemy import Connection, case, func, select

from core.mention import Analysis, State
from store.tables import mentions


def by_analysis(tx: Connection) -> dict[str, int]:
    """Counts by analysis; deleted mentions count as deleted only."""
    place = case((mentions.c.state == State.DELETED, "deleted"), else_=mentions.c.analysis)
    query = select(place.label("place"), func.count()).group_by("place")
    counts = {str(analysis): 0 for analysis in Analysis} | {"deleted": 0}
    return counts | dict(tx.execute(query).tuples().all())


def by_language(tx: Connection) -> dict[str, int]:
    """Counts by language; "unknown" where none was found."""
    language = func.coalesce(mentions.c.language, "unknown")
    rows = tx.execute(select(language.label("language"), func.count()).group_by("language"))
    return dict(rows.tuples().all())


def newest(tx: Connection) -> datetime | None:
    """When the newest mention was published."""
    return tx.execute(select(func.max(mentions.c.published))).scalar()
