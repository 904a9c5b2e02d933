"""Watches and topics: upserted from harken.yaml at start, read by every step."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, select, update

from core.watch import Topic, Watch
from store.database import upsert
from store.tables import topics, watches

_LIST_FIELDS: Final = ("topics", "products", "people", "own_accounts", "prior")


def query_revision(query: str) -> str:
    """Return the revision of a query: the first 12 hex digits of its sha256."""
    return hashlib.sha256(query.encode()).hexdigest()[:12]


def replace_from_file(
    tx: Connection, new_watches: Sequence[Watch], new_topics: Sequence[Topic]
) -> None:
    """Upsert the watches and topics of harken.yaml; those that it lacks become inactive."""
    _upsert_all(tx, watches, "slug", [_watch_row(watch) for watch in new_watches])
    _upsert_all(tx, topics, "id", [_topic_row(topic, k) for k, topic in enumerate(new_topics)])


def active_watches(tx: Connection) -> list[Watch]:
    """Return the active watches, by slug."""
    query = select(watches).where(watches.c.active).order_by(watches.c.slug)
    return [_watch(row._mapping) for row in tx.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name


def active_topics(tx: Connection) -> list[Topic]:
    """Return the active topics in their configured order."""
    query = select(topics).where(topics.c.active).order_by(topics.c.position)
    return [
        Topic(id=r.id, name=r.name, sentences=tuple(r.sentences), examples=tuple(r.examples))
        for r in tx.execute(query)
    ]


def _upsert_all(tx: Connection, table: Table, key: str, rows: list[dict[str, Any]]) -> None:
    is_removed = (table.c.origin == "file") & table.c[key].not_in([row[key] for row in rows])
    tx.execute(update(table).where(is_removed).values(active=False))
    if rows:
        insert = upsert(tx, table)
        columns = {name: insert.excluded[name] for name in rows[0] if name != key}
        tx.execute(insert.on_conflict_do_update(index_elements=[key], set_=columns), rows)


def _watch_row(watch: Watch) -> dict[str, Any]:
    names = ("slug", "name", "kind", "query", "revision", "purpose", "retention_days", "zone")
    row = {name: getattr(watch, name) for name in names}
    lists = {name: list(getattr(watch, name)) for name in _LIST_FIELDS}
    return row | lists | {"origin": "file", "active": True}


def _watch(row: Any) -> Watch:
    names = ("slug", "name", "kind", "query", "revision", "purpose", "retention_days", "zone")
    lists = {name: tuple(row[name]) for name in _LIST_FIELDS}
    return Watch(**{name: row[name] for name in names} | lists)


def _topic_row(topic: Topic, position: int) -> dict[str, Any]:
    return {
        "id": topic.id,
        "name": topic.name,
        "sentences": list(topic.sentences),
        "examples": list(topic.examples),
        "position": position,
        "origin": "file",
        "active": True,
    }
