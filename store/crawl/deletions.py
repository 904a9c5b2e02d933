"""Deletions: what a source lists no more, its authors have taken back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, case, select, update

from core.crawl import Listing
from core.mention import State
from store.changes import announce
from store.mentions import IDS, see
from store.tables import mentions, sightings

_THESE: Final = update(mentions).where(mentions.c.id.in_(IDS))
_GONE: Final = _THESE.values(state=State.DELETED)
_BACK: Final = _THESE.values(
    state=case((mentions.c.edited.is_not(None), State.EDITED), else_=State.LIVE)
)


def record_listing(tx: Connection, source: str, listing: Listing, *, now: datetime) -> None:
    """Note what *source* still shows, and what it shows no more.

    One listing may lie: a page from a cache, a post that slipped from one page to the next, a
    site under repair. A mention is deleted when two in a row lack it and nobody else has heard it
    since; the next one that shows it brings it back.
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
    shown = [row for row in rows if row.uri in listing.uris]
    back = revive(tx, shown)
    see(tx, [row.id for row in shown], now)
    announce(tx, _delete(tx, set(rows) - set(shown), listing.before) | back)


def revive(tx: Connection, seen: Iterable[Row[*tuple[Any, ...]]]) -> set[str]:
    """Bring back those of *seen* (id, state) that were deleted; returns their ids."""
    deleted = {row.id for row in seen if row.state == State.DELETED}
    if deleted:
        tx.execute(_BACK, {"ids": list(deleted)})
    return deleted


def _delete(tx: Connection, missed: Iterable[Row[*tuple[Any, ...]]], before: datetime) -> set[str]:
    """Those of *missed* that nobody has heard since *before* and that are not deleted yet."""
    unheard = (row for row in missed if row.last_seen < before)
    gone = {row.id for row in unheard if row.state != State.DELETED}
    if gone:
        tx.execute(_GONE, {"ids": list(gone)})
    return gone
