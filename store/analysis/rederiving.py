"""Topics and entities of stored texts, derived again without a model run.

Topics come again from the stored vectors after the taxonomy changed; entities from the texts after
the settings or the rules changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update

from core.analysis import TextEntities
from core.mention import AnalysisState, MentionState
from store.analysis.history_version import bump_history_version
from store.analysis.queue import watches_of
from store.changes import append_changes
from store.entities import read_entities, write_entities
from store.mentions import unchanged_ids
from store.tables import mentions, vectors, verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicAssignment:
    """The stored topics of a mention, and the vector that they were computed from."""

    id: str
    text_sha256: str
    language: str | None
    model: str  # whose verdict stands
    topics: tuple[str, ...]
    vector: bytes  # float16, little endian


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedText(TextEntities):
    """A stored text with its entities and phrases."""

    text: str
    language: str | None
    watches: tuple[str, ...]  # slugs of the watches that it matches


def topic_assignments(
    tx: Connection, encoder_sha256: str, *, after: str, limit: int
) -> list[TopicAssignment]:
    """Return up to *limit* mentions beyond id *after*, by id, with a verdict on the present text.

    Mentions without a vector of this encoder are left out, as only a model run can classify them.
    So are mentions without a sentiment.
    """
    current_sha256 = mentions.c.text_sha256
    verdict_join = (verdicts.c.mention == mentions.c.id) & (
        verdicts.c.text_sha256 == current_sha256
    )
    vector_join = (vectors.c.mention == mentions.c.id) & (vectors.c.text_sha256 == current_sha256)
    query = (
        select(
            *(mentions.c[name] for name in ("id", "text_sha256", "language", "model")),
            verdicts.c.topics,
            vectors.c.vector,
        )
        .join(
            verdicts,
            verdict_join & (verdicts.c.model == mentions.c.model) & (verdicts.c.watch == ""),
        )
        .join(vectors, vector_join & (vectors.c.encoder_sha256 == encoder_sha256))
        .where(mentions.c.id > after, verdicts.c.sentiment.is_not(None))
        .order_by(mentions.c.id)
        .limit(limit)
    )
    return [
        TopicAssignment(**row._asdict() | {"topics": tuple(row.topics)})
        for row in tx.execute(query)
    ]


def update_topics(tx: Connection, assignments: Sequence[TopicAssignment]) -> int:
    """Replace the stored topics with those of *assignments*; return the number of mentions.

    Mentions that were erased or edited since they were read are skipped. The sentiment and the time
    of the verdict stay.
    """
    current_ids = unchanged_ids(tx, {a.id: a.text_sha256 for a in assignments})
    current = [a for a in assignments if a.id in current_ids]
    rows = [
        {"id": a.id, "by": a.model, "of": a.text_sha256, "topics": list(a.topics)} for a in current
    ]
    if rows:
        whole_text = (verdicts.c.mention == bindparam("id")) & (verdicts.c.watch == "")
        same_verdict = (verdicts.c.model == bindparam("by")) & (
            verdicts.c.text_sha256 == bindparam("of")
        )
        tx.execute(update(verdicts).where(whole_text, same_verdict), rows)
        bump_history_version(tx)
    append_changes(tx, (a.id for a in current))
    return len(current)


def extracted_texts(tx: Connection, *, after: str, limit: int) -> list[ExtractedText]:
    """Return up to *limit* analysed mentions beyond id *after*, by id.

    Mentions in quarantine are left out: one of them may have killed the worker that extracted its
    entities.
    """
    query = select(*(mentions.c[name] for name in ("id", "text", "text_sha256", "language"))).where(
        mentions.c.analysis.in_([AnalysisState.SCORED, AnalysisState.UNSCORED]),
        mentions.c.state != MentionState.DELETED,
        mentions.c.id > after,
    )
    rows = tx.execute(query.order_by(mentions.c.id).limit(limit)).all()
    ids = [row.id for row in rows]
    watches, entities_by_text = watches_of(tx, ids), read_entities(tx, ids)
    texts = []
    for row in rows:
        stored_entities, phrases = entities_by_text.get((row.id, row.text_sha256), ((), ()))
        slugs = tuple(watches.get(row.id, ()))
        texts.append(
            ExtractedText(**row._asdict(), watches=slugs, entities=stored_entities, phrases=phrases)
        )
    return texts


def update_entities(tx: Connection, texts: Sequence[ExtractedText]) -> int:
    """Replace the stored entities with those of *texts*; return the number of mentions.

    Mentions that were erased or edited since they were read are skipped.
    """
    current_ids = unchanged_ids(tx, {t.id: t.text_sha256 for t in texts})
    current_texts = [t for t in texts if t.id in current_ids]
    write_entities(tx, current_texts)
    append_changes(tx, (t.id for t in current_texts))
    return len(current_texts)
