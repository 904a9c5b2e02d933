"""Counts of mentions: all = pending + scored + unscored + quarantined + deleted."""

from datetime import datetime

from sqlalchemy import Connection, case, func, select

from core.mention import AnalysisState, MentionState
from store.tables import mentions, vectors


def by_analysis_state(tx: Connection) -> dict[str, int]:
    """Count mentions by analysis state; deleted mentions count as deleted only."""
    state = case((mentions.c.state == MentionState.DELETED, "deleted"), else_=mentions.c.analysis)
    query = select(state.label("place"), func.count()).group_by("place")
    counts = {str(analysis): 0 for analysis in AnalysisState} | {"deleted": 0}
    return counts | dict(tx.execute(query).all())


def newest_published(tx: Connection) -> datetime | None:
    """Return the time of publication of the newest mention; None without mentions."""
    return tx.execute(select(func.max(mentions.c.published))).scalar()


def unscored_by_language(tx: Connection, *, since: datetime, until: datetime) -> dict[str, int]:
    """Count the unscored mentions published in [since, until), by language."""
    query = select(mentions.c.language, func.count()).where(
        mentions.c.analysis == AnalysisState.UNSCORED,
        mentions.c.state != MentionState.DELETED,
        mentions.c.published >= since,
        mentions.c.published < until,
    )
    rows = tx.execute(query.group_by(mentions.c.language))
    return {language or "unknown": count for language, count in rows}


def latest_model(tx: Connection) -> str:
    """Return the model of the newest scored mention; "" without any."""
    query = select(mentions.c.model).where(mentions.c.analysis == AnalysisState.SCORED)
    return tx.execute(query.order_by(mentions.c.published.desc()).limit(1)).scalar() or ""


def encoder_sha256(tx: Connection) -> str | None:
    """Return the sha256 of the weights behind the stored vectors; None without vectors."""
    return tx.execute(select(func.max(vectors.c.encoder_sha256))).scalar()


def total(tx: Connection) -> int:
    """Count all mentions that are not deleted."""
    counts = by_analysis_state(tx)
    return sum(counts.values()) - counts["deleted"]
