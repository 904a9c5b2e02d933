"""Rows that one crawled page adds or changes; called by ``store.crawl.pages.record_page`` alone.

A crawl writes a page every few milliseconds, and SQLAlchemy takes longer to build a statement than
SQLite to execute it. So statements are built once, and there is no query for rows that a new
mention cannot have yet.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, bindparam, delete, select, update

from core.crawl import CrawledPost
from core.mention import AnalysisState, MentionState
from store.alerts.incident_families import recount_families
from store.crawl.dates import StoredDate
from store.database import dialect_insert
from store.families.placement import place, remove_unused
from store.families.rows import mention_ids
from store.mentions import IDS, touch
from store.tables import (
    families,
    matches,
    mentions,
    named,
    revisions,
    sightings,
    voices,
)

_Key = tuple[str, str]  # mention and watch
_Matches = dict[_Key, tuple[str, bool]]  # the revision of the watch, and the flag ``own``

_EXISTING: Final = select(mentions.c.id).where(mentions.c.id.in_(IDS))
_TEXT_KEYS: Final = select(mentions.c.family).where(mentions.c.id.in_(IDS)).distinct()
_EDIT: Final = update(mentions).where(mentions.c.id == bindparam("key"))
_SELECT_MATCHES: Final = select(matches).where(matches.c.mention.in_(IDS))
_DELETE_MATCHES: Final = delete(matches).where(matches.c.mention.in_(IDS))
_DELETE_ENTITIES: Final = delete(named).where(named.c.mention.in_(IDS))
_TOUCH_SIGHTINGS: Final = (
    update(sightings)
    .where(sightings.c.source == bindparam("by"), sightings.c.mention.in_(IDS))
    .values(last_seen=bindparam("now"))
    .returning(sightings.c.mention)
)


def existing_ids(tx: Connection, posts: Sequence[CrawledPost]) -> set[str]:
    """Return the ids of *posts* that are stored."""
    return set(tx.scalars(_EXISTING, {"ids": [p.id for p in posts]})) if posts else set()


def insert_mentions(
    tx: Connection, posts: Sequence[CrawledPost], dates: Mapping[str, StoredDate], now: datetime
) -> set[str]:
    """Insert *posts*, with *dates* by id, as pending mentions; return the ids of the new ones.

    A mention that another writer inserted meanwhile is not new: the database decides.
    """
    if not posts:
        return set()
    rows = [_mention_row(p, dates[p.id], now) for p in posts]
    return set(tx.scalars(_insert_mentions_statement(tx.dialect.name), rows))


def insert_origins(tx: Connection, posts: Sequence[CrawledPost], now: datetime) -> None:
    """Insert the new voices and families of *posts*."""
    posts_by_voice = {p.voice: p.post for p in posts if p.voice is not None}
    rows = [
        {"id": voice, "platform": post.platform, "first_seen": now, "role": post.author_role}
        for voice, post in sorted(posts_by_voice.items())
    ]
    _insert_or_ignore(tx, voices, rows)
    family_ids = sorted({p.family for p in posts if p.family is not None})
    _insert_or_ignore(tx, families, [{"id": f, "first_seen": now} for f in family_ids])


def text_keys(tx: Connection, ids: Collection[str]) -> set[str]:
    """Return the keys of the folded texts of the mentions *ids*."""
    return set(tx.scalars(_TEXT_KEYS, {"ids": list(ids)})) - {None} if ids else set()


def place_texts(
    tx: Connection, posts: Sequence[CrawledPost], replaced_keys: Collection[str]
) -> set[str]:
    """Place the texts of *posts* in families; return the ids of mentions whose family changed.

    *replaced_keys*: texts that they had before an edit. One that no mention has is deleted.
    """
    words_by_key = {p.family: p.words for p in posts if p.family is not None}
    if not words_by_key and not replaced_keys:
        return set()
    moved_keys = place(tx, words_by_key) | remove_unused(tx, replaced_keys)
    ids = mention_ids(tx, moved_keys) if moved_keys else set()
    if ids:
        recount_families(tx, ids)
    return ids


def edit_mentions(
    tx: Connection,
    posts: Sequence[CrawledPost],
    locked_rows: Mapping[str, Row[Any]],
    revision_by_id: Mapping[str, int],
    now: datetime,
) -> None:
    """Write the new texts of stored mentions with their revisions; their analysis is pending.

    *locked_rows* are the stored mentions by id.
    """
    if posts:
        rows = [
            _edit_values(p, locked_rows[p.id], now)
            | {"key": p.id, "revision": revision_by_id[p.id]}
            for p in posts
        ]
        tx.execute(_EDIT, rows)
        ids = {"ids": [p.id for p in posts]}
        tx.execute(_DELETE_MATCHES, ids)  # the new text is matched again
        tx.execute(_DELETE_ENTITIES, ids)  # they contain words of the old text


def insert_revisions(
    tx: Connection, posts: Sequence[CrawledPost], revision_by_id: Mapping[str, int], now: datetime
) -> None:
    """Insert the texts of *posts* as revisions; a post without a number has revision 1."""
    rows = [
        {"mention": p.id, "revision": revision_by_id.get(p.id, 1), "text_sha256": p.text_sha256}
        for p in posts
    ]
    _insert_or_ignore(tx, revisions, [row | {"at": now} for row in rows])


def record_matches(
    tx: Connection, posts: Sequence[CrawledPost], new_ids: Collection[str]
) -> set[str]:
    """Store the matches of *posts*; return the ids of mentions with a new watch or a new owner.

    A stored mention may match a newer watch. A mention with an unchanged text keeps its watches,
    also if their queries have changed since. Once a match is by an own account it stays so: only
    one of several sources may be the brand's own.
    """
    previous = _stored_matches(tx, [p.id for p in posts if p.id not in new_ids])
    previous_own = _own_keys(previous)
    current = _current_matches(posts, previous_own)
    rows = [
        {"mention": mention, "watch": watch, "watch_revision": revision, "own": own}
        for (mention, watch), (revision, own) in sorted(current.items() - previous.items())
    ]
    if rows:
        tx.execute(_upsert_matches_statement(tx.dialect.name), rows)
    new_keys = current.keys() - previous.keys()
    return {mention for mention, _ in new_keys | (_own_keys(current) - previous_own)}


def record_sightings(
    tx: Connection, source: str, ids: Sequence[str], new_ids: Collection[str], now: datetime
) -> set[str]:
    """Store that *source* listed the mentions *ids*; return those that are new to this source."""
    known_ids = [i for i in ids if i not in new_ids]
    touched_ids: set[str] = set()
    if known_ids:
        touched_ids = set(
            tx.scalars(_TOUCH_SIGHTINGS, {"ids": known_ids, "by": source, "now": now})
        )
        touch(tx, known_ids, now)
    new_to_source = [i for i in ids if i not in touched_ids]
    rows = [
        {"mention": i, "source": source, "first_seen": now, "last_seen": now} for i in new_to_source
    ]
    _insert_or_ignore(tx, sightings, rows)
    return set(new_to_source)


def _insert_or_ignore(tx: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        tx.execute(_insert_or_ignore_statement(tx.dialect.name, table), rows)


@cache
def _insert_or_ignore_statement(dialect: str, table: Table) -> Any:
    return dialect_insert(dialect, table).on_conflict_do_nothing()


@cache
def _insert_mentions_statement(dialect: str) -> Any:
    return _insert_or_ignore_statement(dialect, mentions).returning(mentions.c.id)


@cache
def _upsert_matches_statement(dialect: str) -> Any:
    insert = dialect_insert(dialect, matches)
    columns = {name: insert.excluded[name] for name in ("watch_revision", "own")}
    return insert.on_conflict_do_update(index_elements=["mention", "watch"], set_=columns)


def _stored_matches(tx: Connection, ids: Sequence[str]) -> _Matches:
    rows = tx.execute(_SELECT_MATCHES, {"ids": ids}) if ids else ()
    return {(row.mention, row.watch): (row.watch_revision, row.own) for row in rows}


def _current_matches(posts: Sequence[CrawledPost], previous_own: Collection[_Key]) -> _Matches:
    """Return the matches of *posts*; those of *previous_own* stay by an own account."""
    return {
        (p.id, watch): (revision, watch in p.brand_of or (p.id, watch) in previous_own)
        for p in posts
        for watch, revision in p.matches.items()
    }


def _own_keys(matches_by_key: _Matches) -> set[_Key]:
    """Return the keys of the matches that are by an own account."""
    return {key for key, (_, own) in matches_by_key.items() if own}


def _mention_row(crawled_post: CrawledPost, date: StoredDate, now: datetime) -> dict[str, Any]:
    return _content_values(crawled_post) | {
        "id": crawled_post.id,
        "uri": crawled_post.post.uri,
        "platform": crawled_post.post.platform,
        "voice": crawled_post.voice,
        "parent": crawled_post.post.parent,
        "revision": 1,
        "state": MentionState.EDITED if crawled_post.post.edited else MentionState.LIVE,
        "published": date.published,
        "published_raw": date.raw,
        "undated": date.undated,
        "edited": crawled_post.post.edited,
        "first_seen": now,
        "last_seen": now,
    }


def _edit_values(crawled_post: CrawledPost, row: Row[Any], now: datetime) -> dict[str, Any]:
    """Return the columns of an edit of the stored *row*.

    A feed with one date for publication and edit (Atom's ``updated``) moves it forward.
    """
    post = crawled_post.post
    is_moved = post.published is not None and row.published < post.published <= now
    return _content_values(crawled_post) | {
        "state": MentionState.EDITED,
        "edited": post.edited or (post.published if is_moved else now),
    }


def _content_values(crawled_post: CrawledPost) -> dict[str, Any]:
    return {
        "url": crawled_post.post.url,
        "text": crawled_post.post.text,
        "text_sha256": crawled_post.text_sha256,
        "claimed_language": crawled_post.post.language,
        "language": None,
        "family": crawled_post.family,
        "analysis": AnalysisState.PENDING,
        "reason": None,
    }
