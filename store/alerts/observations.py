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

from core.mention import Analysis, Sentiment, State
from core.observation import Observation
from store.analysis import rescoring
from store.database import upsert
from store.tables import Instant, baselines, matches, mentions, verdicts

# Microseconds; no parameter, for PostgreSQL would take two of them for two different groupings.
_HOUR: Final = literal_column("3600000000", BigInteger)


def _of_now(
    table: FromClause, watch: Any, model: ColumnElement[Any] = mentions.c.model
) -> ColumnElement[bool]:
    """The verdict in *table* of *model* on a mention's present text, towards *watch*."""
    return and_(
        table.c.mention == mentions.c.id,
        table.c.watch == watch,
        table.c.model == model,
        table.c.text_sha256 == mentions.c.text_sha256,
    )


def _model_before(model: str) -> ColumnElement[Any]:
    """Which other model than *model* judged a mention's present text last; if none did, that."""
    before = verdicts.alias("before")
    own = _of_now(before, "", before.c.model) & (before.c.model != model)
    last = select(before.c.model).where(own).order_by(before.c.at.desc(), before.c.model.desc())
    return func.coalesce(last.limit(1).scalar_subquery(), mentions.c.model)


_towards: Final = verdicts.alias("towards")
_OWN: Final = _of_now(verdicts, "")  # on the whole text
_TOWARDS: Final = _of_now(_towards, matches.c.watch)
# As core.mention.Mention.sentiment_for says.
_SENTIMENT: Final = func.coalesce(_towards.c.sentiment, verdicts.c.sentiment)
_JUDGED: Final = mentions.c.analysis.in_((Analysis.SCORED, Analysis.UNSCORED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How one mention of a watch was worded, and by whom: what the reasons of a crisis need."""

    id: str
    voice: str | None
    family: str | None
    language: str | None
    text: str


def about(tx: Connection, watch: str, *, since: datetime, until: datetime) -> list[Observation]:
    """Analysed mentions of *watch* published in [since, until), oldest first.

    Each as it was judged last; while a replay goes on, as before it: until all is read again, what
    is usual and what is held against it are of one model.
    """
    replay = rescoring.running(tx)
    model = mentions.c.model if replay is None else _model_before(replay)
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
        .outerjoin(verdicts, _of_now(verdicts, "", model))
        .outerjoin(_towards, _of_now(_towards, matches.c.watch, model))
        .where(*_said(watch, since, until), _JUDGED)
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


def complaints(
    tx: Connection, watch: str, *, since: datetime, until: datetime, most: int
) -> list[Wording]:
    """The *most* newest mentions that are negative of *watch*, newest first.

    Published in [since, until).
    """
    names = ("id", "voice", "family", "language", "text")
    query = (
        select(*(mentions.c[name] for name in names))
        .join(matches, matches.c.mention == mentions.c.id)
        .join(verdicts, _OWN)
        .outerjoin(_towards, _TOWARDS)
        .where(
            *_said(watch, since, until),
            mentions.c.analysis == Analysis.SCORED,
            _SENTIMENT == Sentiment.NEGATIVE,
        )
        .order_by(mentions.c.published.desc(), mentions.c.id)
        .limit(most)
    )
    return [Wording(**row._asdict()) for row in tx.execute(query)]


def hourly(
    tx: Connection, watch: str, *, topic: str | None, since: datetime, until: datetime
) -> dict[datetime, int]:
    """How many analysed mentions of *watch* (of its *topic*) each full hour of UTC brought.

    Published in [since, until); hours that brought none are left out.
    """
    published = type_coerce(mentions.c.published, BigInteger)
    hour = (published - published % _HOUR).label("hour")
    query = (
        select(type_coerce(hour, Instant), func.count())
        .join_from(mentions, matches, matches.c.mention == mentions.c.id)
        .where(*_said(watch, since, until), _JUDGED)
        .group_by(hour)
    )
    if topic is not None:  # as it stands in the JSON of both databases
        quoted = cast(verdicts.c.topics, Text).contains(json.dumps(topic), autoescape=True)
        query = query.join(verdicts, _OWN).where(quoted)
    return dict(tx.execute(query).all())


def oldest(tx: Connection, watch: str) -> datetime | None:
    """When the oldest mention of *watch* was published."""
    query = select(func.min(mentions.c.published)).join(matches, matches.c.mention == mentions.c.id)
    return tx.execute(query.where(matches.c.watch == watch)).scalar()


def unscored_since(tx: Connection, *, until: datetime) -> datetime | None:
    """Since when the longest waiting mention published before *until* waits for the scorer."""
    waits = (mentions.c.analysis == Analysis.PENDING) & (mentions.c.state != State.DELETED)
    query = select(func.min(mentions.c.first_seen)).where(waits, mentions.c.published < until)
    return tx.execute(query).scalar()


def baseline(tx: Connection, watch: str) -> tuple[datetime, dict[str, object]] | None:
    """What detection has learnt of *watch* and up to when; None before the first time."""
    query = select(baselines.c.learnt_to, baselines.c.state).where(baselines.c.watch == watch)
    row = tx.execute(query).first()
    return None if row is None else (row.learnt_to, row.state)


def keep_baseline(
    tx: Connection, watch: str, *, learnt_to: datetime, state: dict[str, object]
) -> None:
    """Store what detection has learnt."""
    insert = upsert(tx, baselines).values(watch=watch, learnt_to=learnt_to, state=state)
    values = {"learnt_to": learnt_to, "state": state}
    tx.execute(insert.on_conflict_do_update(index_elements=["watch"], set_=values))


def _said(watch: str, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a mention of *watch* that was published in [since, until) and stands."""
    return (
        matches.c.watch == watch,
        mentions.c.published >= since,
        mentions.c.published < until,
        mentions.c.state != State.DELETED,
    )
