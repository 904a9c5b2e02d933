"""What a letter or page may claim of its own completeness, from the record."""

from datetime import datetime

from sqlalchemy import Connection

from alerts.condition import condition
from alerts.heard import Completeness
from store import tally


def completeness(
    tx: Connection, *, since: datetime, until: datetime, now: datetime
) -> Completeness:
    """Who was not heard as of *now*, and what of [since, until) was not scored."""
    known = condition(tx, now=now)
    counts = tally.by_analysis(tx)
    return Completeness(
        coverage=known.coverage,
        silences=known.silences,
        unscored=tally.unscored(tx, since=since, until=until),
        pending=counts["pending"],
        deleted=counts["deleted"],
        model=tally.model(tx),
    )
