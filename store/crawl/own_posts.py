"""Marks of the mentions that a watch's own accounts wrote, computed anew for stored mentions."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from store.analysis.history_version import bump_history_version
from store.batches import batches
from store.changes import append_changes
from store.tables import matches, mentions, sightings, sources, voices


@dataclass(frozen=True, slots=True, kw_only=True)
class PostOrigin:
    """The facts about a post that prove its author: pseudonym and place, never a name."""

    platform: str  # namespace of the account
    voice: str | None
    url: str
    is_reply: bool  # it answers another post
    is_owned_source: bool  # a source found it that is marked as the brand's own


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCandidates:
    """A superset of the mentions that own accounts wrote."""

    voices: Collection[str]
    hosts: Collection[str]  # of their addresses, without "www."


# From a post and the slugs that it matches to those whose own account wrote it.
OwnersOf = Callable[[PostOrigin, Collection[str]], Collection[str]]


def platforms(tx: Connection) -> list[str]:
    """Return the platforms of all authors."""
    return list(tx.scalars(select(voices.c.platform).distinct()))


def remark_own_posts(tx: Connection, candidates: OwnCandidates, owners_of: OwnersOf) -> int:
    """Compute the marks of all stored mentions anew; return the number of changed mentions.

    They change the counts of the past: the baselines are rebuilt.
    """
    changed_ids: list[str] = []
    for ids in batches(sorted(_candidate_ids(tx, candidates))):
        rows = list(_changes(tx, ids, owners_of))
        if rows:
            is_row = (matches.c.mention == bindparam("key")) & (matches.c.watch == bindparam("of"))
            tx.execute(update(matches).where(is_row).values(own=bindparam("is_own")), rows)
            changed_ids += [row["key"] for row in rows]
    if changed_ids:
        bump_history_version(tx)
        append_changes(tx, changed_ids)
    return len(set(changed_ids))


def _candidate_ids(tx: Connection, candidates: OwnCandidates) -> set[str]:
    """Return the ids of mentions that are marked, or that may have to be."""
    ids = set(tx.scalars(select(matches.c.mention).where(matches.c.own)))
    is_owned = sightings.c.source.in_(select(sources.c.slug).where(sources.c.owned))
    ids |= set(tx.scalars(select(sightings.c.mention).where(is_owned)))
    for voice_ids in batches(sorted(candidates.voices)):
        ids |= _ids(tx, mentions.c.voice.in_(voice_ids))
    for host in candidates.hosts:
        ids |= _ids(tx, func.lower(mentions.c.url).contains(host, autoescape=True))
    return ids


def _ids(tx: Connection, condition: ColumnElement[bool]) -> set[str]:
    return set(tx.scalars(select(mentions.c.id).where(condition)))


def _changes(tx: Connection, ids: Sequence[str], owners_of: OwnersOf) -> Iterator[dict[str, Any]]:
    """Yield a row for each match of *ids* whose mark must change."""
    flags: dict[str, dict[str, bool]] = defaultdict(dict)
    for row in tx.execute(select(matches).where(matches.c.mention.in_(ids))):
        flags[row.mention][row.watch] = row.own
    for mention, origin in _origins(tx, ids):
        owners = owners_of(origin, flags[mention].keys())
        for watch, own in flags[mention].items():
            if own != (watch in owners):
                yield {"key": mention, "of": watch, "is_own": not own}


def _origins(tx: Connection, ids: Sequence[str]) -> Iterable[tuple[str, PostOrigin]]:
    names = ("id", "platform", "voice", "url", "parent")
    query = select(*(mentions.c[name] for name in names)).where(mentions.c.id.in_(ids))
    owned_query = (
        select(sightings.c.mention)
        .join(sources, sources.c.slug == sightings.c.source)
        .where(sources.c.owned, sightings.c.mention.in_(ids))
    )
    owned_ids = set(tx.scalars(owned_query))
    for row in tx.execute(query):
        yield (
            row.id,
            PostOrigin(
                platform=row.platform,
                voice=row.voice,
                url=row.url,
                is_reply=is_reply(row.parent, row.url),
                is_owned_source=row.id in owned_ids,
            ),
        )


def is_reply(parent: str | None, url: str) -> bool:
    """Return True if a post answers another: a feed of comments names only the anchor of each."""
    return parent is not None or "#comment" in url
