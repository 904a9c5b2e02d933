"""What recorded texts name, told anew: of other settings or rules, with no model."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from core.analysis import TextEntities
from core.mention import Analysis, State
from store import entities as names
from store.analysis.queue import watches_of
from store.changes import announce
from store.mentions import unchanged
from store.tables import mentions


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying(TextEntities):
    """A text of the record and what it names."""

    text: str
    language: str | None
    watches: tuple[str, ...]  # slugs of those that it matched


def sayings(tx: Connection, *, after: str, limit: int) -> list[Saying]:
    """Up to *limit* mentions beyond id *after*, by id, as far as they were analysed.

    Those in quarantine are left out: one of them may have killed who looked for names in it.
    """
    query = select(*(mentions.c[name] for name in ("id", "text", "text_sha256", "language"))).where(
        mentions.c.analysis.in_([Analysis.SCORED, Analysis.UNSCORED]),
        mentions.c.state != State.DELETED,
        mentions.c.id > after,
    )
    rows = tx.execute(query.order_by(mentions.c.id).limit(limit)).all()
    ids = [row.id for row in rows]
    watches, told = watches_of(tx, ids), names.told(tx, ids)
    found = []
    for row in rows:
        entities, phrases = told.get((row.id, row.text_sha256), ((), ()))
        slugs = tuple(watches.get(row.id, ()))
        found.append(Saying(**row._asdict(), watches=slugs, entities=entities, phrases=phrases))
    return found


def retell(tx: Connection, told: Sequence[Saying]) -> int:
    """Write what these texts name in the place of what stands; returns how many mentions it was.

    What was erased or edited since it was read is left alone.
    """
    still = unchanged(tx, {s.id: s.text_sha256 for s in told})
    kept = [s for s in told if s.id in still]
    names.tell(tx, kept)
    announce(tx, (s.id for s in kept))
    return len(kept)
