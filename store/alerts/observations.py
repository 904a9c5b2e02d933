"""Observations: the analysed mentions of a watch, as detection and mails read them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Text,
    and_,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)

from core.mention import AnalysisState, MentionState, Sentiment
from core.observation import Observation, SentimentCounts
from store.analysis import rescoring
from store.tables import Instant, matches, mentions, verdicts

# Microseconds. No parameter: PostgreSQL would take two of them for two different groupings.
_HOUR_US: Final = literal_column("3600000000", BigInteger)


def _is_current_verdict(
    table: FromClause, watch: Any, model: ColumnElement[Any] = mentions.c.model
) -> ColumnElement[bool]:
    """Return the condition of *model*'s verdict on the present text, towards *watch*."""
    return and_(
        table.c.mention == mentions.c.id,
        table.c.watch == watch,
        table.c.model == model,
        table.c.text_sha256 == mentions.c.text_sha256,
    )


def _previous_model(model: str) -> ColumnElement[Any]:
    """Return the model with the newest verdict on the present text that is not of *model*.

    Without one: the model whose verdict stands.
    """
    earlier = verdicts.alias("before")
    condition = _is_current_verdict(earlier, "", earlier.c.model) & (earlier.c.model != model)
    query = (
        select(earlier.c.model)
        .where(condition)
        .order_by(earlier.c.at.desc(), earlier.c.model.desc())
    )
    return func.coalesce(query.limit(1).scalar_subquery(), mentions.c.model)


_target_verdicts: Final = verdicts.alias("towards")
_WHOLE_TEXT_JOIN: Final = _is_current_verdict(verdicts, "")  # on the whole text
_TARGET_JOIN: Final = _is_current_verdict(_target_verdicts, matches.c.watch)
# The same rule as core.mention.Mention.sentiment_for.
_SENTIMENT: Final = func.coalesce(_target_verdicts.c.sentiment, verdicts.c.sentiment)
_IS_ANALYSED: Final = mentions.c.analysis.in_((AnalysisState.SCORED, AnalysisState.UNSCORED))


@dataclass(frozen=True, slots=True, kw_only=True)
class NegativeText:
    """A negative mention of a watch: its text and author, for the reasons of a crisis."""

    id: str
    voice: str | None
    family: str | None
    language: str | None
    text: str


def observations(
    tx: Connection, watch: str, *, since: datetime, until: datetime
) -> list[Observation]:
    """Return the analysed mentions of *watch* published in [since, until), oldest first.

    Each has its newest verdict. While a rescoring runs, each has the one from before it: until it
    ends, baseline and present counts must come from one model.
    """
    rescoring_model = rescoring.active_model(tx)
    model = mentions.c.model if rescoring_model is None else _previous_model(rescoring_model)
    query = (
        select(
            mentions.c.id,
            mentions.c.published,
            mentions.c.first_seen,
            mentions.c.voice,
            mentions.c.family,
            _SENTIMENT.label("sentiment"),
            verdicts.c.topics,
        )
        .join(matches, matches.c.mention == mentions.c.id)
        .outerjoin(verdicts, _is_current_verdict(verdicts, "", model))
        .outerjoin(_target_verdicts, _is_current_verdict(_target_verdicts, matches.c.watch, model))
        .where(*_conditions(watch, since, until), _IS_ANALYSED)
        .order_by(mentions.c.published, mentions.c.id)
    )
    return [
        Observation(
            id=row.id,
            at=row.published,
            first_seen=row.first_seen,
            voice=row.voice,
            family=row.family,
            sentiment=None if row.sentiment is None else Sentiment(row.sentiment),
            topics=tuple(row.topics or ()),
        )
        for row in tx.execute(query)
    ]


def negative_texts(
    tx: Connection, watch: str, *, since: datetime, until: datetime, limit: int
) -> list[NegativeText]:
    """Return the negative mentions of *watch* in [since, until), newest first, up to *limit*."""
    names = ("id", "voice", "family", "language", "text")
    query = (
        select(*(mentions.c[name] for name in names))
        .join(matches, matches.c.mention == mentions.c.id)
        .join(verdicts, _WHOLE_TEXT_JOIN)
        .outerjoin(_target_verdicts, _TARGET_JOIN)
        .where(
            *_conditions(watch, since, until),
            mentions.c.analysis == AnalysisState.SCORED,
            _SENTIMENT == Sentiment.NEGATIVE,
        )
        .order_by(mentions.c.published.desc(), mentions.c.id)
        .limit(limit)
    )
    return [NegativeText(**row._asdict()) for row in tx.execute(query)]


def hourly_counts(
    tx: Connection, watch: str, *, topic: str | None, since: datetime, until: datetime
) -> dict[datetime, int]:
    """Count the analysed mentions of *watch* (of its *topic*) by full hour of UTC.

    They were published in [since, until). Hours without mentions are left out.
    """
    published_us = type_coerce(mentions.c.published, BigInteger)
    hour = (published_us - published_us % _HOUR_US).label("hour")
    query = (
        select(type_coerce(hour, Instant), func.count())
        .join_from(mentions, matches, matches.c.mention == mentions.c.id)
        .where(*_conditions(watch, since, until), _IS_ANALYSED)
        .group_by(hour)
    )
    if topic is not None:  # in the form of the stored JSON, the same in both databases
        has_topic = cast(verdicts.c.topics, Text).contains(json.dumps(topic), autoescape=True)
        query = query.join(verdicts, _WHOLE_TEXT_JOIN).where(has_topic)
    return dict(tx.execute(query).all())


def sentiment_counts(
    tx: Connection, watch: str, *, since: datetime, until: datetime
) -> SentimentCounts:
    """Count the analysed mentions of *watch* published in [since, until) by sentiment."""
    query = (
        select(_SENTIMENT.label("sentiment"), func.count())
        .join_from(mentions, matches, matches.c.mention == mentions.c.id)
        .outerjoin(verdicts, _WHOLE_TEXT_JOIN)
        .outerjoin(_target_verdicts, _TARGET_JOIN)
        .where(*_conditions(watch, since, until), _IS_ANALYSED)
        .group_by(_SENTIMENT)
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
    query = select(func.min(mentions.c.first_seen)).where(is_pending, mentions.c.published < until)
    return tx.execute(query).scalar()


def _conditions(watch: str, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a mention of *watch*, published in [since, until), not deleted."""
    return (
        matches.c.watch == watch,
        mentions.c.published >= since,
        mentions.c.published < until,
        mentions.c.state != MentionState.DELETED,
    )
