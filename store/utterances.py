"""What detection reads: who said what about a watch, when, and how it was judged."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from core.mention import Analysis, Sentiment, State
from store.record import upsert
from store.tables import baselines, matches, mentions, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One mention of one watch, as far as counting goes."""

    id: str
    at: datetime  # published
    first_seen: datetime
    voice: str | None
    family: str | None
    sentiment: Sentiment | None  # None: unscored
    topics: tuple[str, ...]


def about(tx: Connection, watch: str, *, since: datetime, until: datetime) -> list[Utterance]:
    """Analysed mentions of *watch* published in [since, until), oldest first."""
    own = and_(
        verdicts.c.mention == mentions.c.id,
        verdicts.c.watch == "",
        verdicts.c.model == mentions.c.model,
        verdicts.c.text_sha256 == mentions.c.text_sha256,
    )
    query = (
        select(
            mentions.c.id,
            mentions.c.published,
            mentions.c.first_seen,
            mentions.c.voice,
            mentions.c.family,
            verdicts.c.sentiment,
            verdicts.c.topics,
        )
        .join(matches, matches.c.mention == mentions.c.id)
        .outerjoin(verdicts, own)
        .where(
            matches.c.watch == watch,
            mentions.c.published >= since,
            mentions.c.published < until,
            mentions.c.state != State.DELETED,
            mentions.c.analysis.in_((Analysis.SCORED, Analysis.UNSCORED)),
        )
        .order_by(mentions.c.published, mentions.c.id)
    )
    return [
        Utterance(
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


def oldest(tx: Connection, watch: str) -> datetime | None:
    """When the oldest mention of *watch* was published."""
    query = select(func.min(mentions.c.published)).join(matches, matches.c.mention == mentions.c.id)
    return tx.execute(query.where(matches.c.watch == watch)).scalar()


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
