"""Observations: the analysed mentions of a watch, as detection and mails read them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    func,
    literal_column,
    select,
    type_coerce,
)

from core.mention import AnalysisState, MentionState, Sentiment
from core.observation import Observation, SentimentCounts
from core.role import Role
from core.timestamps import UNDATED
from store.alerts.conditions import (
    IS_ANALYSED,
    ROLE,
    SENTIMENT,
    TARGET_JOIN,
    TARGET_VERDICTS,
    VOICE_JOIN,
    WHOLE_TEXT_JOIN,
    has_role,
    has_topic,
    is_current_verdict,
    watch_conditions,
)
from store.analysis import rescoring
from store.families.current import FAMILY, FAMILY_JOIN
from store.tables import Instant, family_texts, matches, mentions, verdicts, voices

# Microseconds. No parameter: PostgreSQL would take two of them for two different groupings.
_HOUR_US: Final = literal_column("3600000000", BigInteger)


def _previous_model(model: str) -> ColumnElement[Any]:
    """Return the model with the newest verdict on the present text that is not of *model*.

    Without one: the model whose verdict stands.
    """
    earlier = verdicts.alias("before")
    condition = is_current_verdict(earlier, "", earlier.c.model) & (earlier.c.model != model)
    query = (
        select(earlier.c.model)
        .where(condition)
        .order_by(earlier.c.at.desc(), earlier.c.model.desc())
    )
    return func.coalesce(query.limit(1).scalar_subquery(), mentions.c.model)


@dataclass(frozen=True, slots=True, kw_only=True)
class NegativeText:
    """A negative mention or a news post: its text and author, for the reasons of a crisis."""

    id: str
    voice: str | None
    family: str | None
    language: str | None
    text: str


def observations(
    tx: Connection, watch: str, *, since: datetime, until: datetime, role: Role | None = None
) -> list[Observation]:
    """Return the analysed mentions of *watch* published in [since, until), oldest first.

    Without a *role* they are of every role; only those of customers count as people. Each has its
    newest verdict. While a rescoring runs, each has the one from before it: until it ends, baseline
    and present counts must come from one model.
    """
    rescoring_model = rescoring.active_model(tx)
    model = mentions.c.model if rescoring_model is None else _previous_model(rescoring_model)
    query = (
        select(
            mentions.c.id,
            mentions.c.published,
            mentions.c.first_seen,
            mentions.c.voice,
            FAMILY.label("family"),
            SENTIMENT.label("sentiment"),
            verdicts.c.topics,
            ROLE.label("author_role"),
        )
        .join(matches, matches.c.mention == mentions.c.id)
        .outerjoin(voices, VOICE_JOIN)
        .outerjoin(family_texts, FAMILY_JOIN)
        .outerjoin(verdicts, is_current_verdict(verdicts, "", model))
        .outerjoin(TARGET_VERDICTS, is_current_verdict(TARGET_VERDICTS, matches.c.watch, model))
        .where(*watch_conditions(watch, since, until), IS_ANALYSED)
        .order_by(mentions.c.published, mentions.c.id)
    )
    if role is not None:
        query = query.where(has_role(role))
    return [
        Observation(
            id=row.id,
            at=row.published,
            first_seen=row.first_seen,
            voice=row.voice,
            family=row.family,
            sentiment=None if row.sentiment is None else Sentiment(row.sentiment),
            topics=tuple(row.topics or ()),
            role=Role(row.author_role),
        )
        for row in tx.execute(query)
    ]


def negative_texts(
    tx: Connection, watch: str, *, since: datetime, until: datetime, limit: int
) -> list[NegativeText]:
    """Return the negative mentions of *watch* in [since, until), newest first, up to *limit*.

    Only customers count: a headline is no complaint.
    """
    condition = has_role(Role.CUSTOMER) & (SENTIMENT == Sentiment.NEGATIVE)
    return _texts(tx, condition, *watch_conditions(watch, since, until), limit=limit)


def news_texts(
    tx: Connection, watch: str, *, since: datetime, until: datetime, limit: int
) -> list[NegativeText]:
    """Return the news posts of *watch* in [since, until), newest first, up to *limit*."""
    condition = has_role(Role.NEWS)
    return _texts(tx, condition, *watch_conditions(watch, since, until), limit=limit)


def _texts(tx: Connection, *conditions: ColumnElement[bool], limit: int) -> list[NegativeText]:
    names = ("id", "voice", "language", "text")
    query = (
        select(*(mentions.c[name] for name in names), FAMILY.label("family"))
        .join(matches, matches.c.mention == mentions.c.id)
        .join(verdicts, WHOLE_TEXT_JOIN)
        .outerjoin(TARGET_VERDICTS, TARGET_JOIN)
        .outerjoin(voices, VOICE_JOIN)
        .outerjoin(family_texts, FAMILY_JOIN)
        .where(*conditions, mentions.c.analysis == AnalysisState.SCORED)
        .order_by(mentions.c.published.desc(), mentions.c.id)
        .limit(limit)
    )
    return [NegativeText(**row._asdict()) for row in tx.execute(query)]


def hourly_counts(
    tx: Connection, watch: str, *, topic: str | None, since: datetime, until: datetime
) -> dict[datetime, int]:
    """Count the analysed mentions of *watch* (of its *topic*) by customers, by full hour of UTC.

    They were published in [since, until). Hours without mentions are left out.
    """
    published_us = type_coerce(mentions.c.published, BigInteger)
    hour = (published_us - published_us % _HOUR_US).label("hour")
    query = (
        select(type_coerce(hour, Instant), func.count())
        .join_from(mentions, matches, matches.c.mention == mentions.c.id)
        .outerjoin(voices, VOICE_JOIN)
        .outerjoin(verdicts, WHOLE_TEXT_JOIN)
        .where(*watch_conditions(watch, since, until), IS_ANALYSED, has_role(Role.CUSTOMER))
        .group_by(hour)
    )
    if topic is not None:
        query = query.where(has_topic(topic))
    return dict(tx.execute(query).all())


def sentiment_counts(
    tx: Connection, watch: str, *, since: datetime, until: datetime
) -> SentimentCounts:
    """Count the analysed mentions of *watch* by customers in [since, until) by sentiment."""
    query = (
        select(SENTIMENT.label("sentiment"), func.count())
        .join_from(mentions, matches, matches.c.mention == mentions.c.id)
        .outerjoin(voices, VOICE_JOIN)
        .outerjoin(verdicts, WHOLE_TEXT_JOIN)
        .outerjoin(TARGET_VERDICTS, TARGET_JOIN)
        .where(*watch_conditions(watch, since, until), IS_ANALYSED, has_role(Role.CUSTOMER))
        .group_by(SENTIMENT)
    )
    counts: dict[str | None, int] = dict(tx.execute(query).all())
    unscored = counts.pop(None, 0)
    by_class = {str(sentiment): counts.get(sentiment, 0) for sentiment in Sentiment}
    return SentimentCounts(**by_class, unscored=unscored)


def unscored_since(tx: Connection, *, until: datetime) -> datetime | None:
    """Return the time since which a mention published before *until* is pending, if any is."""
    is_pending = (mentions.c.analysis == AnalysisState.PENDING) & (
        mentions.c.state != MentionState.DELETED
    )
    is_dated = mentions.c.published > UNDATED
    query = select(func.min(mentions.c.first_seen)).where(
        is_pending, is_dated, mentions.c.published < until
    )
    return tx.execute(query).scalar()
