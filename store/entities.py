"""What the present text of a mention names; it holds words of the text, and goes with it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from core.analysis import TextEntities
from core.entity import Entity, Kind
from store.database import upsert
from store.tables import named

Names = tuple[tuple[Entity, ...], tuple[str, ...]]  # entities and phrases


def tell(tx: Connection, found: Iterable[TextEntities]) -> None:
    """Write what the texts of *found* name, in the place of what stood there."""
    rows = [
        {
            "mention": f.id,
            "text_sha256": f.text_sha256,
            "entities": [[e.kind, e.value, e.said] for e in f.entities],
            "phrases": list(f.phrases),
        }
        for f in found
    ]
    if rows:
        insert = upsert(tx, named)
        changed = {name: insert.excluded[name] for name in rows[0] if name != "mention"}
        tx.execute(insert.on_conflict_do_update(index_elements=["mention"], set_=changed), rows)


def told(tx: Connection, ids: Sequence[str]) -> Mapping[tuple[str, str], Names]:
    """What the texts of *ids* name, by mention and hash of the text."""
    rows = tx.execute(select(named).where(named.c.mention.in_(ids)))
    return {(row.mention, row.text_sha256): _names(row) for row in rows}


def _names(row: Any) -> Names:
    entities = (Entity(kind=Kind(kind), value=v, said=said) for kind, v, said in row.entities)
    return tuple(entities), tuple(row.phrases)
