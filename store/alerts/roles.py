"""Roles of the authors of a watch's mentions, counted in the database."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from core.role import Role
from store.alerts.conditions import (
    IS_ANALYSED,
    ROLE,
    VOICE_JOIN,
    WHOLE_TEXT_JOIN,
    has_topic,
    watch_conditions,
)
from store.tables import matches, mentions, verdicts, voices


def counts_by_role(
    tx: Connection, watch: str, *, topic: str | None, since: datetime, until: datetime
) -> dict[Role, int]:
    """Count the analysed mentions of *watch* (of its *topic*) in [since, until), by role.

    Roles without a mention are left out.
    """
    role = ROLE.label("author_role")
    query = (
        select(role, func.count())
        .join_from(mentions, matches, matches.c.mention == mentions.c.id)
        .outerjoin(voices, VOICE_JOIN)
        .outerjoin(verdicts, WHOLE_TEXT_JOIN)
        .where(*watch_conditions(watch, since, until), IS_ANALYSED)
        .group_by("author_role")
    )
    if topic is not None:
        query = query.where(has_topic(topic))
    return {Role(name): count for name, count in tx.execute(query)}


def roles_start(tx: Connection, watch: str, *, since: datetime, until: datetime) -> datetime | None:
    """Return the oldest publication in [since, until) whose role a model predicted; None: none.

    Before it a model without the head ``role`` scored the mentions: no news is known of that time.
    """
    query = (
        select(func.min(mentions.c.published))
        .join_from(mentions, matches, matches.c.mention == mentions.c.id)
        .join(verdicts, WHOLE_TEXT_JOIN)
        .where(*watch_conditions(watch, since, until), verdicts.c.role.is_not(None))
    )
    return tx.execute(query).scalar()
