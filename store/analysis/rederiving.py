"""What recorded texts name, told anew: of other settings or rules, with no model."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from core.analysis import TextEntities
from core.mention import AnalysisState, MentionState
from store import entities as names
from store.analysis.queue import watches_of
from store.changes import append_changes
from store.mentions import unchanged_ids
from store.tables import mentions


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedText(TextEntities):
    """A text of the record and what it names."""

    text: str
    language: str | None
    watches: tuple[str, ...]  # slugs of those that it matched


def extracted_texts(tx: Connection, *, after: str, limit: int) -> list[ExtractedText]:
    """Up to *limit* mentions beyond id *after*, by id, as far as they were analysed.

    Those in quarantine are left out: one of them may have killed who looked for names in it.
    """
    query = select(*(mentions.c[name] for name in ("id", "text", "text_sha256", "language"))).where(
        mentions.c.analysis.in_([AnalysisState.SCORED, AnalysisState.UNSCORED]),
        mentions.c.state != MentionState.DELETED,
        mentions.c.id > after,
    )
    rows = tx.execute(query.order_by(mentions.c.id).limit(limit)).all()
    ids = [row.id for row in rows]
    watches, entities_by_text = watches_of(tx, ids), names.read_entities(tx, ids)
    texts = []
    for row in rows:
        stored_entities, phrases = entities_by_text.get((row.id, row.text_sha256), ((), ()))
        slugs = tuple(watches.get(row.id, ()))
        texts.append(
            ExtractedText(**row._asdict(), watches=slugs, entities=stored_entities, phrases=phrases)
        )
    return texts


def update_entities(tx: Connection, texts: Sequence[ExtractedText]) -> int:
    """Write what these texts name in the place of what stands; returns how many mentions it was.

    What was erased or edited since it was read is left alone.
    """
    current_ids = unchanged_ids(tx, {s.id: s.text_sha256 for s in texts})
    current_texts = [s for s in texts if s.id in current_ids]
    names.write_entities(tx, current_texts)
    append_changes(tx, (s.id for s in current_texts))
    return len(current_texts)
