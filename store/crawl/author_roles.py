"""Roles that platforms state for accounts, such as the mark of a bot."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, bindparam, select, update

from core.crawl import CrawledPost
from core.role import Role
from store.analysis.history_version import bump_history_version
from store.tables import mentions, voices


def update_author_roles(tx: Connection, posts: Sequence[CrawledPost]) -> set[str]:
    """Store the stated roles of known authors; return the ids of all mentions by them.

    A role belongs to the account, so it holds for its older mentions as well. They change the
    counts of the past: the baselines are rebuilt. An account that is no longer marked keeps its
    role, because another source of the same account may not state any.
    """
    roles = {p.voice: p.post.author_role for p in posts if p.voice and p.post.author_role}
    changes = _changes(tx, roles) if roles else {}
    if not changes:
        return set()
    rows = [{"key": voice, "role": changes[voice]} for voice in sorted(changes)]
    tx.execute(update(voices).where(voices.c.id == bindparam("key")), rows)
    bump_history_version(tx)
    return _mention_ids(tx, changes)


def _changes(tx: Connection, roles: Mapping[str, Role]) -> dict[str, Role]:
    """Return those of *roles*, by voice, that differ from the stored ones of known voices."""
    query = select(voices.c.id, voices.c.role).where(voices.c.id.in_(list(roles)))
    return {row.id: roles[row.id] for row in tx.execute(query) if row.role != roles[row.id]}


def _mention_ids(tx: Connection, voice_ids: Collection[str]) -> set[str]:
    return set(tx.scalars(select(mentions.c.id).where(mentions.c.voice.in_(list(voice_ids)))))
