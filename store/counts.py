"""Where the mentions stand: all = pending + scored + unscored + quarantined + deleted."""

from datetime import datetime

from sqlalchemy import Connection, case, func, select

from core.mention import AnalysisState, MentionState
from store.tables import mentions, vectors


def by_analysis_state(tx: Connection) -> dict[str, int]:
    """Counts by analysis; deleted mentions count as deleted only."""
    state = case((mentions.c.state == MentionState.DELETED, "deleted"), else_=mentions.c.analysis)
    query = select(state.label("place"), func.count()).group_by("place")
    counts = {str(analysis): 0 for analysis in AnalysisState} | {"deleted": 0}
    return counts | dict(tx.execute(query).all())


def newest_published(tx: Connection) -> datetime | None:
    """When the newest mention was published."""
    return tx.execute(select(func.max(mentions.c.published))).scalar()


def unscored_by_language(tx: Connection, *, since: datetime, until: datetime) -> dict[str, int]:
    """Mentions published in [since, until) that no model could score, by language."""
    query = select(mentions.c.language, func.count()).where(
        mentions.c.analysis == AnalysisState.UNSCORED,
        mentions.c.state != MentionState.DELETED,
        mentions.c.published >= since,
        mentions.c.published < until,
    )
    rows = tx.execute(query.group_by(mentions.c.language))
    return {language or "unknown": count for language, count in rows}


def latest_model(tx: Connection) -> str:
    """What scored the newest mention; empty before any was."""
    query = select(mentions.c.model).where(mentions.c.analysis == AnalysisState.SCORED)
    return tx.execute(query.order_by(mentions.c.published.desc()).limit(1)).scalar() or ""


def encoder_sha256(tx: Connection) -> str | None:
    """sha256 of the weights behind the stored vectors; None before the first."""
    return tx.execute(select(func.max(vectors.c.encoder_sha256))).scalar()


def total(tx: Connection) -> int:
    """All mentions that are not deleted."""
    counts = by_analysis_state(tx)
    return sum(counts.values()) - counts["deleted"]
