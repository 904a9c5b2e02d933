"""Mentions in their present state."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Table,
    bindparam,
    literal,
    select,
    tuple_,
    update,
)

from core.mention import AnalysisState, Engagement, Mention, MentionState, Sentiment, Verdict
from core.role import Role
from core.timestamps import DateProblem
from store.entities import EntitiesAndPhrases, read_entities
from store.families.current import FAMILY, FAMILY_JOIN
from store.tables import engagements, family_texts, matches, mentions, sightings, verdicts, voices

IDS: Final[BindParameter[Any]] = bindparam(
    "ids", expanding=True
)  # for statements that are built once
_TOUCH: Final = update(mentions).where(mentions.c.id.in_(IDS)).values(last_seen=bindparam("now"))
_LOCK: Final = (
    select(
        *(
            mentions.c[name]
            for name in (
                "id",
                "text_sha256",
                "revision",
                "state",
                "analysis",
                "published",
                "undated",
            )
        )
    )
    .where(mentions.c.id.in_(IDS))
    .order_by(mentions.c.id)
    .with_for_update(key_share=True)
)


def get(tx: Connection, ids: Sequence[str]) -> list[Mention]:
    """Return the mentions of *ids*, in that order; ids that are not stored are left out."""
    query = (
        select(mentions, voices.c.role, FAMILY.label("family_id"))
        .outerjoin(voices, voices.c.id == mentions.c.voice)
        .outerjoin(family_texts, FAMILY_JOIN)
    )
    rows = {r.id: r for r in tx.execute(query.where(mentions.c.id.in_(ids)))}
    sighting_rows = _rows_by_mention(tx, sightings, ids)
    match_rows = _rows_by_mention(tx, matches, ids)
    verdict_rows = _rows_by_mention(tx, verdicts, ids)
    engagement_rows = _rows_by_mention(tx, engagements, ids)
    entities_by_text = read_entities(tx, ids)
    plain_mentions = (
        _mention(rows[i], sighting_rows[i], match_rows[i], verdict_rows[i], engagement_rows[i])
        for i in ids
        if i in rows
    )
    return [_with_entities(mention, entities_by_text) for mention in plain_mentions]


def uris(tx: Connection) -> dict[str, str]:
    """Return the id of every mention by its uri."""
    return {row.uri: row.id for row in tx.execute(select(mentions.c.uri, mentions.c.id))}


def all_mentions(tx: Connection, *, batch: int = 500) -> Iterator[Mention]:
    """Yield all mentions, undated ones, then oldest published first, read *batch* at a time."""
    sort_key = tuple_(mentions.c.published, mentions.c.id)
    query = select(mentions.c.id).order_by(mentions.c.published, mentions.c.id).limit(batch)
    page = get(tx, tx.execute(query).scalars().all())
    while page:
        yield from page
        last_key = tuple_(literal(page[-1].sorted_at, mentions.c.published.type), page[-1].id)
        page = get(tx, tx.execute(query.where(sort_key > last_key)).scalars().all())


def lock(tx: Connection, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Lock the mentions *ids* against other writers until the commit.

    Return text_sha256, revision, state, analysis and date of each, by id. Ids that are not stored
    are left out. The locks are taken in the order of ids, so that two writers cannot deadlock; on
    SQLite there is one writer anyway.
    """
    id_list = list(ids)
    return {row.id: row for row in tx.execute(_LOCK, {"ids": id_list})} if id_list else {}


def unchanged_ids(tx: Connection, hashes: Mapping[str, str]) -> set[str]:
    """Lock the mentions of *hashes* (text_sha256 by id); return the ids with an unchanged text."""
    return {i for i, row in lock(tx, hashes).items() if row.text_sha256 == hashes[i]}


def touch(tx: Connection, ids: Collection[str], now: datetime) -> None:
    """Store *now* as the time at which the mentions *ids* were last seen."""
    if ids:
        tx.execute(_TOUCH, {"ids": list(ids), "now": now})


def _rows_by_mention(tx: Connection, table: Table, ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    groups: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in tx.execute(select(table).where(table.c.mention.in_(ids))):
        groups[row.mention].append(row)
    return groups


def _mention(
    row: Row[Any],
    sighting_rows: list[Row[Any]],
    match_rows: list[Row[Any]],
    verdict_rows: list[Row[Any]],
    engagement_rows: list[Row[Any]],
) -> Mention:
    return Mention(
        id=row.id,
        uri=row.uri,
        url=row.url,
        sources=tuple(sorted(s.source for s in sighting_rows)),
        state=MentionState(row.state),
        analysis=AnalysisState(row.analysis),
        published=_published(row),
        edited=row.edited,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        revision=row.revision,
        text=row.text,
        text_sha256=row.text_sha256,
        language=row.language,
        voice=row.voice,
        family=row.family_id,
        parent=row.parent,
        watches=tuple(sorted(m.watch for m in match_rows)),
        verdicts=tuple(
            _verdict(v) for v in sorted(verdict_rows, key=lambda v: (v.at, v.model, v.watch))
        ),
        reason=row.reason,
        author_role=None if row.role is None else Role(row.role),
        brand_of=tuple(sorted(m.watch for m in match_rows if m.own)),
        engagement=tuple(
            Engagement(at=e.at, counts=e.counts)
            for e in sorted(engagement_rows, key=lambda e: e.at)
        ),
        undated=None if row.undated is None else DateProblem(row.undated),
    )


def _published(row: Row[Any]) -> datetime | None:
    if row.undated is None:
        published: datetime = row.published
        return published
    return row.first_seen if row.undated == DateProblem.FUTURE else None


def _with_entities(
    mention: Mention, entities_by_text: Mapping[tuple[str, str], EntitiesAndPhrases]
) -> Mention:
    """Return *mention* with the entities and phrases of its present text."""
    entities, phrases = entities_by_text.get((mention.id, mention.text_sha256), ((), ()))
    return replace(mention, entities=entities, phrases=phrases)


def _verdict(row: Row[Any]) -> Verdict:
    return Verdict(
        watch=row.watch or None,
        sentiment=None if row.sentiment is None else Sentiment(row.sentiment),
        probabilities=row.probabilities,
        polarity=row.polarity,
        topics=tuple(row.topics),
        model=row.model,
        text_sha256=row.text_sha256,
        heads=row.heads,
        read_share=row.read_share,
        prior=row.prior,
        rule=row.rule,
        orders_left_out=row.orders_left_out,
    )
