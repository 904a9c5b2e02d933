"""The rows that one heard page adds or changes; called by ``store.pages.record_page`` alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, delete, select, update

from core.mention import Analysis, State
from store.record import upsert
from store.tables import (
    families,
    matches,
    mentions,
    revisions,
    sightings,
    skipped,
    voices,
)

if TYPE_CHECKING:
    from store.pages import Dropped, Heard

FUTURE: Final = timedelta(minutes=5)  # architecture.md: a later date is not believed


def insert_origins(tx: Connection, heard: "Sequence[Heard]", now: datetime) -> None:
    """Voices and families not seen before."""
    spoken = {h.voice: h.post.platform for h in heard if h.voice is not None}
    rows = [{"id": v, "platform": spoken[v], "first_seen": now} for v in sorted(spoken)]
    _insert_ignoring(tx, voices, rows)
    kin = sorted({h.family for h in heard if h.family is not None})
    _insert_ignoring(tx, families, [{"id": f, "first_seen": now} for f in kin])


def insert_mentions(tx: Connection, heard: "Sequence[Heard]", now: datetime) -> set[str]:
    """Those heard for the first time, analysis pending, with their first revision; returns them.

    What another writer inserted meanwhile is not new: only the database knows for sure.
    """
    known = set(tx.scalars(select(mentions.c.id).where(mentions.c.id.in_([h.id for h in heard]))))
    rows = [_mention_row(h, now) for h in heard if h.id not in known]
    if not rows:
        return set()
    insert = upsert(tx, mentions).on_conflict_do_nothing().returning(mentions.c.id)
    new = set(tx.scalars(insert, rows))
    firsts = [_revision(h.id, 1, h.text_sha256, now) for h in heard if h.id in new]
    _insert_ignoring(tx, revisions, firsts)
    return new


def edit_mentions(
    tx: Connection, edited: "Sequence[Heard]", before: Mapping[str, int], now: datetime
) -> None:
    """Known mentions with another text: one revision more than *before*, to be analysed again."""
    if not edited:
        return
    rows = [_edited(h, now) | {"key": h.id, "revision": before[h.id] + 1} for h in edited]
    tx.execute(update(mentions).where(mentions.c.id == bindparam("key")), rows)
    numbered = [_revision(h.id, before[h.id] + 1, h.text_sha256, now) for h in edited]
    _insert_ignoring(tx, revisions, numbered)


def match(tx: Connection, heard: "Sequence[Heard]", edited: "Sequence[Heard]") -> set[str]:
    """Note which watches want a mention; returns the mentions that a watch wants newly.

    An edited mention is matched afresh; a known one may be wanted by a watch that is younger.
    """
    if edited:
        tx.execute(delete(matches).where(matches.c.mention.in_([h.id for h in edited])))
    query = select(matches).where(matches.c.mention.in_([h.id for h in heard]))
    before = {(row.mention, row.watch): row.watch_revision for row in tx.execute(query)}
    now = {(h.id, watch): revision for h in heard for watch, revision in h.matches.items()}
    rows = [
        {"mention": mention, "watch": watch, "watch_revision": revision}
        for (mention, watch), revision in sorted(now.items())
        if before.get((mention, watch)) != revision
    ]
    if rows:
        insert = upsert(tx, matches)
        changed = {"watch_revision": insert.excluded.watch_revision}
        keys = ["mention", "watch"]
        tx.execute(insert.on_conflict_do_update(index_elements=keys, set_=changed), rows)
    return {mention for mention, watch in now if (mention, watch) not in before}


def insert_sightings(
    tx: Connection, source: str, heard: "Sequence[Heard]", now: datetime
) -> set[str]:
    """Note that *source* heard these; returns the known mentions that are new to this source."""
    ids = [h.id for h in heard]
    query = select(sightings.c.mention).where(
        sightings.c.mention.in_(ids), sightings.c.source == source
    )
    seen = {row.mention for row in tx.execute(query)}
    fresh = [i for i in ids if i not in seen]
    rows = [{"mention": i, "source": source, "first_seen": now, "last_seen": now} for i in fresh]
    _insert_ignoring(tx, sightings, rows)
    if seen:
        own = (sightings.c.source == source) & sightings.c.mention.in_(seen)
        tx.execute(update(sightings).where(own).values(last_seen=now))
    if ids:
        tx.execute(update(mentions).where(mentions.c.id.in_(ids)).values(last_seen=now))
    return set(fresh)


def insert_skipped(
    tx: Connection, source: str, dropped: "Sequence[Dropped]", now: datetime
) -> None:
    """Posts that nobody wants: id, time and reason, never the text."""
    rows = [
        {"mention": d.id, "source": source, "at": now, "reason": d.reason}
        for d in sorted(dropped, key=lambda d: d.id)
    ]
    _insert_ignoring(tx, skipped, rows)


def _insert_ignoring(tx: Connection, table: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        tx.execute(upsert(tx, table).on_conflict_do_nothing(), rows)


def _revision(mention: str, number: int, sha: str, now: datetime) -> dict[str, Any]:
    return {"mention": mention, "revision": number, "text_sha256": sha, "at": now}


def _mention_row(h: "Heard", now: datetime) -> dict[str, Any]:
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


def _edited(h: "Heard", now: datetime) -> dict[str, Any]:
    return _content(h) | {"state": State.EDITED, "edited": h.post.edited or now}


def _content(h: "Heard") -> dict[str, Any]:
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
