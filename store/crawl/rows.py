"""The rows that one heard page adds or changes; called by ``store.crawl.pages.record_page`` alone.

A crawl writes a page every few milliseconds, and SQLAlchemy takes longer to build a statement than
SQLite to execute it: statements are built once, and rows that a new mention cannot have yet are
not looked for.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Table, bindparam, delete, select, update

from core.crawl import CrawledPost, DroppedPost
from core.mention import Analysis, State
from store.database import insertion
from store.mentions import IDS, see
from store.tables import (
    families,
    matches,
    mentions,
    named,
    revisions,
    sightings,
    skipped,
    voices,
)

FUTURE: Final = timedelta(minutes=5)  # architecture.md: a later date is not believed

_KNOWN: Final = select(mentions.c.id).where(mentions.c.id.in_(IDS))
_EDITED: Final = update(mentions).where(mentions.c.id == bindparam("key"))
_MATCHED: Final = select(matches).where(matches.c.mention.in_(IDS))
_UNMATCHED: Final = delete(matches).where(matches.c.mention.in_(IDS))
_UNNAMED: Final = delete(named).where(named.c.mention.in_(IDS))
_SIGHTED: Final = (
    update(sightings)
    .where(sightings.c.source == bindparam("by"), sightings.c.mention.in_(IDS))
    .values(last_seen=bindparam("now"))
    .returning(sightings.c.mention)
)


def known(tx: Connection, heard: Sequence[CrawledPost]) -> set[str]:
    """The ids of those that the record holds."""
    return set(tx.scalars(_KNOWN, {"ids": [h.id for h in heard]})) if heard else set()


def insert_mentions(tx: Connection, heard: Sequence[CrawledPost], now: datetime) -> set[str]:
    """Mentions that the record did not hold a moment ago, analysis pending; returns the new ones.

    What another writer inserted meanwhile is not new: only the database knows for sure.
    """
    if not heard:
        return set()
    rows = [_mention_row(h, now) for h in heard]
    return set(tx.scalars(_novel(tx.dialect.name), rows))


def insert_origins(tx: Connection, heard: Sequence[CrawledPost], now: datetime) -> None:
    """Voices and families not seen before."""
    spoken = {h.voice: h.post.platform for h in heard if h.voice is not None}
    rows = [{"id": v, "platform": spoken[v], "first_seen": now} for v in sorted(spoken)]
    _insert_ignoring(tx, voices, rows)
    kin = sorted({h.family for h in heard if h.family is not None})
    _insert_ignoring(tx, families, [{"id": f, "first_seen": now} for f in kin])


def edit_mentions(
    tx: Connection, edited: Sequence[CrawledPost], revision: Mapping[str, int], now: datetime
) -> None:
    """Known mentions with another text and the number of that; they are to be analysed again."""
    if edited:
        rows = [_edited(h, now) | {"key": h.id, "revision": revision[h.id]} for h in edited]
        tx.execute(_EDITED, rows)
        ids = {"ids": [h.id for h in edited]}
        tx.execute(_UNMATCHED, ids)  # they are matched afresh
        tx.execute(_UNNAMED, ids)  # what was said and taken back


def insert_revisions(
    tx: Connection, heard: Sequence[CrawledPost], revision: Mapping[str, int], now: datetime
) -> None:
    """The texts of *heard* as revisions of these numbers; 1 where none is given."""
    rows = [
        {"mention": h.id, "revision": revision.get(h.id, 1), "text_sha256": h.text_sha256}
        for h in heard
    ]
    _insert_ignoring(tx, revisions, [row | {"at": now} for row in rows])


def match(tx: Connection, heard: Sequence[CrawledPost], new: Collection[str]) -> set[str]:
    """Note which watches want a mention; returns the mentions that a watch wants newly.

    A known mention may be wanted by a watch that is younger. One whose text stayed the same keeps
    its watches: their queries have changed, not what was said.
    """
    before = _matched(tx, [h.id for h in heard if h.id not in new])
    now = {(h.id, watch): revision for h in heard for watch, revision in h.matches.items()}
    rows = [
        {"mention": mention, "watch": watch, "watch_revision": revision}
        for (mention, watch), revision in sorted(now.items() - before.items())
    ]
    if rows:
        tx.execute(_matching(tx.dialect.name), rows)
    return {mention for mention, _ in now.keys() - before.keys()}


def sight(
    tx: Connection, source: str, ids: Sequence[str], new: Collection[str], now: datetime
) -> set[str]:
    """Note that *source* heard these; returns those that are new to this source."""
    again = [i for i in ids if i not in new]
    seen: set[str] = set()
    if again:
        seen = set(tx.scalars(_SIGHTED, {"ids": again, "by": source, "now": now}))
        see(tx, again, now)
    fresh = [i for i in ids if i not in seen]
    rows = [{"mention": i, "source": source, "first_seen": now, "last_seen": now} for i in fresh]
    _insert_ignoring(tx, sightings, rows)
    return set(fresh)


def insert_skipped(
    tx: Connection, source: str, dropped: Sequence[DroppedPost], now: datetime
) -> None:
    """Posts that nobody wants: id, time and reason, never the text."""
    rows = [
        {"mention": d.id, "source": source, "at": now, "reason": d.reason}
        for d in sorted(dropped, key=lambda d: d.id)
    ]
    _insert_ignoring(tx, skipped, rows)


def _insert_ignoring(tx: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        tx.execute(_ignoring(tx.dialect.name, table), rows)


@cache
def _ignoring(dialect: str, table: Table) -> Any:
    return insertion(dialect, table).on_conflict_do_nothing()


@cache
def _novel(dialect: str) -> Any:
    return _ignoring(dialect, mentions).returning(mentions.c.id)


@cache
def _matching(dialect: str) -> Any:
    insert = insertion(dialect, matches)
    changed = {"watch_revision": insert.excluded.watch_revision}
    return insert.on_conflict_do_update(index_elements=["mention", "watch"], set_=changed)


def _matched(tx: Connection, ids: Sequence[str]) -> dict[tuple[str, str], str]:
    """The revision of the watch by mention and watch."""
    rows = tx.execute(_MATCHED, {"ids": ids}) if ids else ()
    return {(row.mention, row.watch): row.watch_revision for row in rows}


def _mention_row(h: CrawledPost, now: datetime) -> dict[str, Any]:
    raw = h.post.published
    believed = raw is not None and raw <= now + FUTURE
    return _content(h) | {
        "id": h.id,
        "uri": h.post.uri,
        "platform": h.post.platform,
        "voice": h.voice,
        "parent": h.post.parent,
        "revision": 1,
        "state": State.EDITED if h.post.edited else State.LIVE,
        "published": raw if believed else now,
        "published_raw": None if believed else raw,
        "edited": h.post.edited,
        "first_seen": now,
        "last_seen": now,
    }


def _edited(h: CrawledPost, now: datetime) -> dict[str, Any]:
    return _content(h) | {"state": State.EDITED, "edited": h.post.edited or now}


def _content(h: CrawledPost) -> dict[str, Any]:
    return {
        "url": h.post.url,
        "text": h.post.text,
        "text_sha256": h.text_sha256,
        "claimed_language": h.post.language,
        "language": None,
        "family": h.family,
        "analysis": Analysis.PENDING,
        "reason": None,
    }
