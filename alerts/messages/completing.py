"""What a letter or page may claim of its own completeness, from the record."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from alerts.health import system_health
from alerts.messages.completeness import Completeness
from store import counts as tally

# By the name of a model, its measured macro-recall, 0 to 1; None: nobody knows.
Quality: TypeAlias = Callable[[str], float | None]


def load_completeness(
    tx: Connection, *, since: datetime, until: datetime, now: datetime, quality: Quality
) -> Completeness:
    """Who was not heard as of *now*, and what of [since, until) was not scored."""
    health = system_health(tx, now=now)
    counts, model = tally.by_analysis_state(tx), tally.latest_model(tx)
    return Completeness(
        coverage=health.coverage,
        outages=health.outages,
        unscored=tally.unscored_by_language(tx, since=since, until=until),
        pending=counts["pending"],
        deleted=counts["deleted"],
        model=model,
        quality=quality(model),
    )
