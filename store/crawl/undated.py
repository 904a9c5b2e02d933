"""Counts of mentions without a date, which are in no count of a time."""

from collections import defaultdict

from sqlalchemy import Connection, func, select

from core.mention import MentionState
from store.tables import mentions, sightings


def undated_counts(tx: Connection) -> dict[str, dict[str, int]]:
    """Count the undated mentions that are not deleted, by source and ``DateProblem``."""
    query = (
        select(sightings.c.source, mentions.c.undated, func.count())
        .join_from(mentions, sightings, sightings.c.mention == mentions.c.id)
        .where(mentions.c.undated.is_not(None), mentions.c.state != MentionState.DELETED)
        .group_by(sightings.c.source, mentions.c.undated)
        .order_by(sightings.c.source, mentions.c.undated)
    )
    counts: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for source, reason, count in tx.execute(query):
        counts[source][reason] = count
    return dict(counts)
