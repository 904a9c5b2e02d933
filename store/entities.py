"""Entities of the present text of a mention. They contain words of it and are deleted with it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from core.analysis import TextEntities
from core.entity import Entity, EntityKind
from store.database import upsert
from store.tables import named

EntitiesAndPhrases = tuple[tuple[Entity, ...], tuple[str, ...]]  # entities and phrases


def write_entities(tx: Connection, texts: Iterable[TextEntities]) -> None:
    """Replace the stored entities and phrases of the mentions with those of *texts*."""
    rows = [
        {
            "mention": text.id,
            "text_sha256": text.text_sha256,
            "entities": [[e.kind, e.value, e.said] for e in text.entities],
            "phrases": list(text.phrases),
        }
        for text in texts
    ]
    if rows:
        insert = upsert(tx, named)
        columns = {name: insert.excluded[name] for name in rows[0] if name != "mention"}
        tx.execute(insert.on_conflict_do_update(index_elements=["mention"], set_=columns), rows)


def read_entities(
    tx: Connection, ids: Sequence[str]
) -> Mapping[tuple[str, str], EntitiesAndPhrases]:
    """Return the entities and phrases of the mentions *ids*, by mention and hash of the text."""
    rows = tx.execute(select(named).where(named.c.mention.in_(ids)))
    return {(row.mention, row.text_sha256): _entities_and_phrases(row) for row in rows}


def _entities_and_phrases(row: Any) -> EntitiesAndPhrases:
    entities = (
        Entity(kind=EntityKind(kind), value=value, said=surface)
        for kind, value, surface in row.entities
    )
    return tuple(entities), tuple(row.phrases)
