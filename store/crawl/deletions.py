"""Deletions: posts that a source no longer lists count as deleted by their authors."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, case, select, update

from core.crawl import Listing
from core.mention import MentionState
from store.changes import append_changes
from store.mentions import IDS, touch
from store.tables import mentions, sightings

_UPDATE_BY_ID: Final = update(mentions).where(mentions.c.id.in_(IDS))
_DELETE: Final = _UPDATE_BY_ID.values(state=MentionState.DELETED)
_UNDELETE: Final = _UPDATE_BY_ID.values(
    state=case((mentions.c.edited.is_not(None), MentionState.EDITED), else_=MentionState.LIVE)
)


def apply_listing(tx: Connection, source: str, listing: Listing, *, now: datetime) -> None:
    """Mark mentions as seen or deleted by the posts that *source* still lists.

    One listing may be wrong: a page from a cache, a post that moved from one page to the next, a
    site under repair. A mention is deleted when two listings in a row lack it and no other source
    has seen it since. The next listing that contains it restores it.
    """
    query = (
        select(mentions.c.id, mentions.c.uri, mentions.c.state, mentions.c.last_seen)
        .join(sightings, sightings.c.mention == mentions.c.id)
        .where(
            sightings.c.source == source,
            mentions.c.published >= listing.since,
            mentions.c.published < listing.until,
        )
        .order_by(mentions.c.id)
        .with_for_update(key_share=True, of=mentions)
    )
    rows = tx.execute(query).all()
    visible_rows = [row for row in rows if row.uri in listing.uris]
    restored_ids = undelete(tx, visible_rows)
    touch(tx, [row.id for row in visible_rows], now)
    append_changes(
        tx, _delete_missing(tx, set(rows) - set(visible_rows), listing.before) | restored_ids
    )


def delete(tx: Connection, rows: Iterable[Row[*tuple[Any, ...]]]) -> set[str]:
    """Delete the mentions of *rows* (id, state) that are not yet deleted; return their ids."""
    deleted_ids = {row.id for row in rows if row.state != MentionState.DELETED}
    if deleted_ids:
        tx.execute(_DELETE, {"ids": list(deleted_ids)})
    return deleted_ids


def undelete(tx: Connection, rows: Iterable[Row[*tuple[Any, ...]]]) -> set[str]:
    """Restore the deleted mentions among *rows* (id, state) and return their ids."""
    deleted_ids = {row.id for row in rows if row.state == MentionState.DELETED}
    if deleted_ids:
        tx.execute(_UNDELETE, {"ids": list(deleted_ids)})
    return deleted_ids


def _delete_missing(
    tx: Connection, missing_rows: Iterable[Row[*tuple[Any, ...]]], before: datetime
) -> set[str]:
    """Delete the mentions among *missing_rows* last seen before *before*; return their ids."""
    return delete(tx, (row for row in missing_rows if row.last_seen < before))
