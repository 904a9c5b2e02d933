"""Mentions as the record tells them now."""

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

from core.mention import Analysis, Mention, Sentiment, State, Verdict
from store.entities import Names, told
from store.tables import matches, mentions, sightings, verdicts

IDS: Final[BindParameter[Any]] = bindparam("ids", expanding=True)  # of a statement built once
_SEEN: Final = update(mentions).where(mentions.c.id.in_(IDS)).values(last_seen=bindparam("now"))
_LOCKED: Final = (
    select(*(mentions.c[name] for name in ("id", "text_sha256", "revision", "state", "analysis")))
    .where(mentions.c.id.in_(IDS))
    .order_by(mentions.c.id)
    .with_for_update(key_share=True)
)


def get(tx: Connection, ids: Sequence[str]) -> list[Mention]:
    """The mentions of *ids*, in that order; ids that the record does not hold are left out."""
    rows = {r.id: r for r in tx.execute(select(mentions).where(mentions.c.id.in_(ids)))}
    heard = _grouped(tx, sightings, ids)
    wanted = _grouped(tx, matches, ids)
    said = _grouped(tx, verdicts, ids)
    names = told(tx, ids)
    found = (_mention(rows[i], heard[i], wanted[i], said[i]) for i in ids if i in rows)
    return [_named(mention, names) for mention in found]


def uris(tx: Connection) -> dict[str, str]:
    """The id of every mention by its uri."""
    return {row.uri: row.id for row in tx.execute(select(mentions.c.uri, mentions.c.id))}


def everything(tx: Connection, *, batch: int = 500) -> Iterator[Mention]:
    """All mentions, oldest published first."""
    place = tuple_(mentions.c.published, mentions.c.id)
    query = select(mentions.c.id).order_by(mentions.c.published, mentions.c.id).limit(batch)
    found = get(tx, tx.execute(query).scalars().all())
    while found:
        yield from found
        end = tuple_(literal(found[-1].published, mentions.c.published.type), found[-1].id)
        found = get(tx, tx.execute(query.where(place > end)).scalars().all())


def lock(tx: Connection, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Keep other writers away from these until the commit.

    Returns text_sha256, revision, state and analysis of each, by id.

    Always in the order of ids, so that two writers cannot dead-lock; on SQLite a writer is
    alone anyway. Ids that the record does not hold are left out.
    """
    wanted = list(ids)
    return {row.id: row for row in tx.execute(_LOCKED, {"ids": wanted})} if wanted else {}


def unchanged(tx: Connection, read: Mapping[str, str]) -> set[str]:
    """Which of *read* (id: text_sha256) still have that text; they keep it until the commit."""
    return {i for i, row in lock(tx, read).items() if row.text_sha256 == read[i]}


def see(tx: Connection, ids: Collection[str], now: datetime) -> None:
    """Note that these were seen at *now*."""
    if ids:
        tx.execute(_SEEN, {"ids": list(ids), "now": now})


def _grouped(tx: Connection, table: Table, ids: Sequence[str]) -> dict[str, list[Row[Any]]]:
    groups: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in tx.execute(select(table).where(table.c.mention.in_(ids))):
        groups[row.mention].append(row)
    return groups


def _mention(
    row: Row[Any], heard: list[Row[Any]], wanted: list[Row[Any]], said: list[Row[Any]]
) -> Mention:
    return Mention(
        id=row.id,
        uri=row.uri,
        url=row.url,
        sources=tuple(sorted(s.source for s in heard)),
        state=State(row.state),
        analysis=Analysis(row.analysis),
        published=row.published,
        edited=row.edited,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        revision=row.revision,
        text=row.text,
        text_sha256=row.text_sha256,
        language=row.language,
        voice=row.voice,
        family=row.family,
        parent=row.parent,
        watches=tuple(sorted(m.watch for m in wanted)),
        verdicts=tuple(_verdict(v) for v in sorted(said, key=lambda v: (v.at, v.model, v.watch))),
        reason=row.reason,
    )


def _named(mention: Mention, names: Mapping[tuple[str, str], Names]) -> Mention:
    """*mention* with what its text of now names."""
    entities, phrases = names.get((mention.id, mention.text_sha256), ((), ()))
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
    )
