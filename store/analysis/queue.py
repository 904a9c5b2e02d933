"""Leases for the analyse step, and H2: what it found goes into the record in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from core.analysis import AnalysisResult, PendingMention
from core.mention import AnalysisState, MentionState
from store import entities
from store.analysis import retelling
from store.changes import append_changes
from store.database import upsert
from store.mentions import lock, unchanged_ids
from store.tables import leases, matches, mentions, vectors, verdicts

# What a worker is given of a mention.
PENDING_COLUMNS: Final = tuple(
    mentions.c[name] for name in ("id", "text", "text_sha256", "claimed_language")
)
ATTEMPTS_BEFORE_ISOLATION: Final = (
    3  # claims without an end: by then a mention may be what kills its worker
)
_DISTANT_PAST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_IS_PENDING: Final = (mentions.c.analysis == AnalysisState.PENDING) & (
    mentions.c.state != MentionState.DELETED
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicAssignment:
    """The topics that the record tells of a mention, and the vector that they come from."""

    id: str
    text_sha256: str
    language: str | None
    model: str  # whose verdict stands
    topics: tuple[str, ...]
    vector: bytes  # float16, little endian


def lease(
    tx: Connection, owner: str, *, limit: int, now: datetime, lease_time: timedelta
) -> list[PendingMention]:
    """Claim up to *limit* pending mentions, the newest first, for *hold*; nobody else gets them.

    A lease that ran out (its owner was killed) is claimed like a fresh one. Newest published
    first: a crisis must not wait behind a back-fill, which is heard later than it. A mention that
    was claimed ``SUSPECT`` times without an end comes last and alone: if it kills its worker, it
    takes no neighbour with it.
    """
    rows = _unleased_rows(tx, limit, now) or _unleased_rows(tx, 1, now, include_suspects=True)
    return claim(tx, owner, rows, now=now, until=now + lease_time)


def claim(
    tx: Connection, owner: str, rows: Sequence[Row[Any]], *, now: datetime, until: datetime
) -> list[PendingMention]:
    """Those of *rows* (what is ``OFFERED``) whose leases are free or ran out, for *owner*."""
    attempts_by_id = _acquire_leases(tx, owner, [row.id for row in rows], now=now, until=until)
    slugs_by_id = watches_of(tx, attempts_by_id)
    return [
        PendingMention(
            **{column.name: getattr(row, column.name) for column in PENDING_COLUMNS},
            attempts=attempts_by_id[row.id],
            watches=tuple(slugs_by_id.get(row.id, ())),
        )
        for row in rows
        if row.id in attempts_by_id
    ]


def _unleased_rows(
    tx: Connection, limit: int, now: datetime, *, include_suspects: bool = False
) -> Sequence[Row[Any]]:
    """Pending mentions that nobody holds, locked until the end of the transaction."""
    lease_condition = leases.c.until > now
    if not include_suspects:
        lease_condition |= leases.c.attempts >= ATTEMPTS_BEFORE_ISOLATION - 1
    leased_ids = select(leases.c.item).where(leases.c.name == "analyse", lease_condition)
    query = (
        select(*PENDING_COLUMNS)
        .where(_IS_PENDING, mentions.c.id.not_in(leased_ids))
        .order_by(mentions.c.published.desc(), mentions.c.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True, of=mentions)
    )
    return tx.execute(query).all()


def watches_of(tx: Connection, ids: Iterable[str]) -> dict[str, list[str]]:
    """The slugs of the watches that each of *ids* matched, sorted."""
    query = select(matches.c.mention, matches.c.watch).where(matches.c.mention.in_(list(ids)))
    slugs_by_id: dict[str, list[str]] = defaultdict(list)
    for row in tx.execute(query.order_by(matches.c.mention, matches.c.watch)):
        slugs_by_id[row.mention].append(row.watch)
    return slugs_by_id


def release(tx: Connection, owner: str) -> None:
    """End all leases of *owner*, e.g. of a killed predecessor; the attempts stay counted."""
    statement = update(leases).where(leases.c.name == "analyse", leases.c.owner == owner)
    tx.execute(statement.values(until=_DISTANT_PAST))


def return_unstarted(tx: Connection, ids: Iterable[str]) -> None:
    """End leases whose work was never begun: this claim of them counts for nothing."""
    condition = (leases.c.name == "analyse") & leases.c.item.in_(list(ids))
    tx.execute(
        update(leases).where(condition).values(until=_DISTANT_PAST, attempts=leases.c.attempts - 1)
    )


def save_results(tx: Connection, results: Sequence[AnalysisResult], *, now: datetime) -> int:
    """Write verdicts, vectors and new change numbers; returns how many mentions they settled.

    A finding on a text that was edited meanwhile keeps its verdict, but the mention stays pending.
    A finding on a mention that was erased meanwhile is forgotten, and one of a slow worker when
    another has settled the mention: the last word is that of the model that stands.
    """
    locked_rows = lock(tx, (f.id for f in results))
    leased_ids = _end_leases(tx, [f.id for f in results])
    # What was judged before and is leased is read again; see store.analysis.rescoring.
    open_ids = {
        i for i, row in locked_rows.items() if row.analysis == AnalysisState.PENDING
    } | leased_ids
    existing = sorted((f for f in results if f.id in locked_rows), key=lambda f: f.id)
    current_ids = {f.id for f in existing if locked_rows[f.id].text_sha256 == f.text_sha256}
    new_results = [f for f in existing if f.id in open_ids or f.id not in current_ids]
    current_results = {f.id: f for f in new_results if f.id in current_ids}
    insert_verdicts(tx, new_results, now)
    _insert_vectors(tx, new_results)
    _write_states(tx, current_results.values())
    entities.write_entities(tx, current_results.values())
    append_changes(tx, current_results)
    return len(current_results)


def _end_leases(tx: Connection, ids: Sequence[str]) -> set[str]:
    """Which of *ids* somebody had leased; nobody has now."""
    statement = delete(leases).where(leases.c.name == "analyse", leases.c.item.in_(ids))
    return set(tx.scalars(statement.returning(leases.c.item)))


def topic_assignments(
    tx: Connection, encoder_sha256: str, *, after: str, limit: int
) -> list[TopicAssignment]:
    """Up to *limit* mentions beyond id *after*, by id, that have a verdict on their text of now.

    Those without a vector of this encoder are left out: nobody can judge them but by reading. So
    are those that were not scored.
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
    """Put these topics in the place of those that stand; returns how many mentions got them.

    What was erased or edited since it was read is left alone. The sentiment and its time stay.
    """
    current_ids = unchanged_ids(tx, {s.id: s.text_sha256 for s in assignments})
    current = [s for s in assignments if s.id in current_ids]
    rows = [
        {"id": s.id, "by": s.model, "of": s.text_sha256, "topics": list(s.topics)} for s in current
    ]
    if rows:
        whole_text = (verdicts.c.mention == bindparam("id")) & (verdicts.c.watch == "")
        same_verdict = (verdicts.c.model == bindparam("by")) & (
            verdicts.c.text_sha256 == bindparam("of")
        )
        tx.execute(update(verdicts).where(whole_text, same_verdict), rows)
        retelling.bump_history_version(tx)
    append_changes(tx, (s.id for s in current))
    return len(current)


def backlog(tx: Connection) -> tuple[int, datetime | None]:
    """How many mentions wait for analysis, and since when the oldest does."""
    query = select(func.count(), func.min(mentions.c.first_seen))
    row = tx.execute(query.where(_IS_PENDING)).one()
    return row[0], row[1]


def _acquire_leases(
    tx: Connection, owner: str, ids: Sequence[str], *, now: datetime, until: datetime
) -> dict[str, int]:
    """Take the leases that are free or ran out; how often each was taken before, by id."""
    if not ids:
        return {}
    insert = upsert(tx, leases)
    statement = insert.on_conflict_do_update(
        index_elements=["name", "item"],
        set_={"owner": owner, "until": until, "attempts": leases.c.attempts + 1},
        where=leases.c.until <= now,
    ).returning(leases.c.item, leases.c.attempts)
    rows = [
        {"name": "analyse", "item": i, "owner": owner, "until": until, "attempts": 0} for i in ids
    ]
    return {row.item: row.attempts for row in tx.execute(statement, rows)}


def _write_states(tx: Connection, results: Iterable[AnalysisResult]) -> None:
    names = ("analysis", "reason", "language", "model")
    rows = [{"key": f.id, **{name: getattr(f, name) for name in names}} for f in results]
    if rows:
        tx.execute(update(mentions).where(mentions.c.id == bindparam("key")), rows)


def insert_verdicts(tx: Connection, results: Sequence[AnalysisResult], at: datetime) -> None:
    """Write the verdicts of *found*, given at *at*; the same model's on the same text go."""
    rows = [
        {
            "mention": f.id,
            "watch": v.watch or "",
            "model": v.model,
            "text_sha256": v.text_sha256,
            "sentiment": v.sentiment,
            "probabilities": dict(v.probabilities),
            "polarity": v.polarity,
            "topics": list(v.topics),
            "heads": {head: dict(probabilities) for head, probabilities in v.heads.items()},
            "read_share": v.read_share,
            "at": at,
        }
        for f in results
        for v in f.verdicts
    ]
    if rows:
        insert = upsert(tx, verdicts)
        columns = ("sentiment", "probabilities", "polarity", "topics", "heads", "read_share", "at")
        tx.execute(
            insert.on_conflict_do_update(
                index_elements=["mention", "watch", "model", "text_sha256"],
                set_={name: insert.excluded[name] for name in columns},
            ),
            rows,
        )


def _insert_vectors(tx: Connection, results: Sequence[AnalysisResult]) -> None:
    rows = [
        {
            "mention": f.id,
            "text_sha256": f.text_sha256,
            "encoder_sha256": f.encoder_sha256,
            "vector": f.vector,
        }
        for f in results
        if f.vector is not None
    ]
    if rows:
        tx.execute(upsert(tx, vectors).on_conflict_do_nothing(), rows)
