"""What detection reads: who said what about a watch, when, and how it was judged."""

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
from core.observation import Observation
from store.analysis import rescoring
from store.database import upsert
from store.tables import Instant, baselines, matches, mentions, verdicts

# Microseconds; no parameter, for PostgreSQL would take two of them for two different groupings.
_HOUR_US: Final = literal_column("3600000000", BigInteger)


def _is_current_verdict(
    table: FromClause, watch: Any, model: ColumnElement[Any] = mentions.c.model
) -> ColumnElement[bool]:
    """The verdict in *table* of *model* on a mention's present text, towards *watch*."""
    return and_(
        table.c.mention == mentions.c.id,
        table.c.watch == watch,
        table.c.model == model,
        table.c.text_sha256 == mentions.c.text_sha256,
    )


def _previous_model(model: str) -> ColumnElement[Any]:
    """Which other model than *model* judged a mention's present text last; if none did, that."""
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
# As core.mention.Mention.sentiment_for says.
_SENTIMENT: Final = func.coalesce(_target_verdicts.c.sentiment, verdicts.c.sentiment)
_IS_ANALYSED: Final = mentions.c.analysis.in_((AnalysisState.SCORED, AnalysisState.UNSCORED))


@dataclass(frozen=True, slots=True, kw_only=True)
class NegativeText:
    """How one mention of a watch was worded, and by whom: what the reasons of a crisis need."""

    id: str
    voice: str | None
    family: str | None
    language: str | None
    text: str


def observations(
    tx: Connection, watch: str, *, since: datetime, until: datetime
) -> list[Observation]:
    """Analysed mentions of *watch* published in [since, until), oldest first.

    Each as it was judged last; while a replay goes on, as before it: until all is read again, what
    is usual and what is held against it are of one model.
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
    """The *most* newest mentions that are negative of *watch*, newest first.

    Published in [since, until).
    """
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
    """How many analysed mentions of *watch* (of its *topic*) each full hour of UTC brought.

    Published in [since, until); hours that brought none are left out.
    """
    published_us = type_coerce(mentions.c.published, BigInteger)
    hour = (published_us - published_us % _HOUR_US).label("hour")
    query = (
        select(type_coerce(hour, Instant), func.count())
        .join_from(mentions, matches, matches.c.mention == mentions.c.id)
        .where(*_conditions(watch, since, until), _IS_ANALYSED)
        .group_by(hour)
    )
    if topic is not None:  # as it stands in the JSON of both databases
        has_topic = cast(verdicts.c.topics, Text).contains(json.dumps(topic), autoescape=True)
        query = query.join(verdicts, _WHOLE_TEXT_JOIN).where(has_topic)
    return dict(tx.execute(query).all())


def unscored_since(tx: Connection, *, until: datetime) -> datetime | None:
    """Since when the longest waiting mention published before *until* waits for the scorer."""
    is_pending = (mentions.c.analysis == AnalysisState.PENDING) & (
        mentions.c.state != MentionState.DELETED
    )
    query = select(func.min(mentions.c.first_seen)).where(is_pending, mentions.c.published < until)
    return tx.execute(query).scalar()


def baseline(tx: Connection, watch: str) -> tuple[datetime, dict[str, object]] | None:
    """What detection has learnt of *watch* and up to when; None before the first time."""
    query = select(baselines.c.learnt_to, baselines.c.state).where(baselines.c.watch == watch)
    row = tx.execute(query).first()
    return None if row is None else (row.learnt_to, row.state)


def save_baseline(
    tx: Connection, watch: str, *, learnt_to: datetime, state: dict[str, object]
) -> None:
    """Store what detection has learnt."""
    insert = upsert(tx, baselines).values(watch=watch, learnt_to=learnt_to, state=state)
    values = {"learnt_to": learnt_to, "state": state}
    tx.execute(insert.on_conflict_do_update(index_elements=["watch"], set_=values))


def _conditions(watch: str, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a mention of *watch* that was published in [since, until) and stands."""
    return (
        matches.c.watch == watch,
        mentions.c.published >= since,
        mentions.c.published < until,
        mentions.c.state != MentionState.DELETED,
    )
