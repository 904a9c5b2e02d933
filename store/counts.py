"""Counts of mentions: all = pending + scored + unscored + quarantined + deleted."""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, case, func, select

from core.mention import AnalysisState, MentionState
from core.timestamps import UNDATED
from store.tables import mentions, vectors

LANGUAGE_REASON: Final = "language:"  # the beginning of the reason of an unsupported language
RECENT_MENTIONS: Final = 1000  # that show the languages of an installation


def by_analysis_state(tx: Connection) -> dict[str, int]:
    """Count mentions by analysis state; deleted mentions count as deleted only."""
    state = case((mentions.c.state == MentionState.DELETED, "deleted"), else_=mentions.c.analysis)
    query = select(state.label("place"), func.count()).group_by("place")
    counts = {str(analysis): 0 for analysis in AnalysisState} | {"deleted": 0}
    return counts | dict(tx.execute(query).all())


def newest_published(tx: Connection) -> datetime | None:
    """Return the time of publication of the newest mention; None without a dated mention."""
    newest = tx.execute(select(func.max(mentions.c.published))).scalar()
    return None if newest == UNDATED else newest


def unsupported_languages(tx: Connection) -> dict[str, int]:
    """Count the mentions in languages that the model does not support, by language."""
    return _by_unsupported_language(tx)


def unscored_by_language(tx: Connection, *, since: datetime, until: datetime) -> dict[str, int]:
    """Count those published in [since, until) that are unscored for their language, by language."""
    return _by_unsupported_language(tx, mentions.c.published >= since, mentions.c.published < until)


def _by_unsupported_language(tx: Connection, *conditions: ColumnElement[bool]) -> dict[str, int]:
    query = select(mentions.c.language, func.count()).where(
        mentions.c.analysis == AnalysisState.UNSCORED,
        mentions.c.reason.like(f"{LANGUAGE_REASON}%"),
        mentions.c.state != MentionState.DELETED,
        *conditions,
    )
    rows = tx.execute(query.group_by(mentions.c.language))
    return {language or "unknown": count for language, count in rows}


def recent_languages(tx: Connection, *, limit: int = RECENT_MENTIONS) -> dict[str, int]:
    """Count the *limit* newest mentions by language; those of unknown language are left out."""
    newest = select(mentions.c.language).order_by(mentions.c.published.desc()).limit(limit)
    languages = newest.subquery().c.language
    query = select(languages, func.count()).where(languages.is_not(None)).group_by(languages)
    return dict(tx.execute(query).all())


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
