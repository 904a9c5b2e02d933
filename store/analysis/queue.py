"""Leases for the analyse step, and H2: what it found goes into the record in one transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from core.analysis import AnalysisResult, PendingMention
from core.mention import Analysis, State
from store import entities
from store.analysis import retelling
from store.changes import announce
from store.database import upsert
from store.mentions import lock, unchanged
from store.tables import leases, matches, mentions, vectors, verdicts

# What a worker is given of a mention.
OFFERED: Final = tuple(
    mentions.c[name] for name in ("id", "text", "text_sha256", "claimed_language")
)
SUSPECT: Final = 3  # claims without an end: by then a mention may be what kills its worker
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WAITING: Final = (mentions.c.analysis == Analysis.PENDING) & (mentions.c.state != State.DELETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The topics that the record tells of a mention, and the vector that they come from."""

    id: str
    text_sha256: str
    language: str | None
    model: str  # whose verdict stands
    topics: tuple[str, ...]
    vector: bytes  # float16, little endian


def lease(
    tx: Connection, owner: str, *, limit: int, now: datetime, hold: timedelta
) -> list[PendingMention]:
    """Claim up to *limit* pending mentions, the newest first, for *hold*; nobody else gets them.

    A lease that ran out (its owner was killed) is claimed like a fresh one. Newest published
    first: a crisis must not wait behind a back-fill, which is heard later than it. A mention that
    was claimed ``SUSPECT`` times without an end comes last and alone: if it kills its worker, it
    takes no neighbour with it.
    """
    rows = _free(tx, limit, now) or _free(tx, 1, now, suspects=True)
    return claim(tx, owner, rows, now=now, until=now + hold)


def claim(
    tx: Connection, owner: str, rows: Sequence[Row[Any]], *, now: datetime, until: datetime
) -> list[PendingMention]:
    """Those of *rows* (what is ``OFFERED``) whose leases are free or ran out, for *owner*."""
    mine = _claim(tx, owner, [row.id for row in rows], now=now, until=until)
    wanted = watches_of(tx, mine)
    return [
        PendingMention(
            **{column.name: getattr(row, column.name) for column in OFFERED},
            attempts=mine[row.id],
            watches=tuple(wanted.get(row.id, ())),
        )
        for row in rows
        if row.id in mine
    ]


def _free(
    tx: Connection, limit: int, now: datetime, *, suspects: bool = False
) -> Sequence[Row[Any]]:
    """Pending mentions that nobody holds, locked until the end of the transaction."""
    held = leases.c.until > now
    if not suspects:
        held |= leases.c.attempts >= SUSPECT - 1
    taken = select(leases.c.item).where(leases.c.name == "analyse", held)
    query = (
        select(*OFFERED)
        .where(_WAITING, mentions.c.id.not_in(taken))
        .order_by(mentions.c.published.desc(), mentions.c.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True, of=mentions)
    )
    return tx.execute(query).all()


def watches_of(tx: Connection, ids: Iterable[str]) -> dict[str, list[str]]:
    """The slugs of the watches that each of *ids* matched, sorted."""
    query = select(matches.c.mention, matches.c.watch).where(matches.c.mention.in_(list(ids)))
    found: dict[str, list[str]] = defaultdict(list)
    for row in tx.execute(query.order_by(matches.c.mention, matches.c.watch)):
        found[row.mention].append(row.watch)
    return found


def release(tx: Connection, owner: str) -> None:
    """End all leases of *owner*, e.g. of a killed predecessor; the attempts stay counted."""
    own = update(leases).where(leases.c.name == "analyse", leases.c.owner == owner)
    tx.execute(own.values(until=_LONG_AGO))


def give_back(tx: Connection, ids: Iterable[str]) -> None:
    """End leases whose work was never begun: this claim of them counts for nothing."""
    own = (leases.c.name == "analyse") & leases.c.item.in_(list(ids))
    tx.execute(update(leases).where(own).values(until=_LONG_AGO, attempts=leases.c.attempts - 1))


def record_findings(tx: Connection, found: Sequence[AnalysisResult], *, now: datetime) -> int:
    """Write verdicts, vectors and new change numbers; returns how many mentions they settled.

    A finding on a text that was edited meanwhile keeps its verdict, but the mention stays pending.
    A finding on a mention that was erased meanwhile is forgotten, and one of a slow worker when
    another has settled the mention: the last word is that of the model that stands.
    """
    before = lock(tx, (f.id for f in found))
    ended = _end_leases(tx, [f.id for f in found])
    # What was judged before and is leased is read again; see store.analysis.rescoring.
    waiting = {i for i, row in before.items() if row.analysis == Analysis.PENDING} | ended
    known = sorted((f for f in found if f.id in before), key=lambda f: f.id)
    of_now = {f.id for f in known if before[f.id].text_sha256 == f.text_sha256}
    kept = [f for f in known if f.id in waiting or f.id not in of_now]
    settled = {f.id: f for f in kept if f.id in of_now}
    insert_verdicts(tx, kept, now)
    _insert_vectors(tx, kept)
    _settle(tx, settled.values())
    entities.tell(tx, settled.values())
    announce(tx, settled)
    return len(settled)


def _end_leases(tx: Connection, ids: Sequence[str]) -> set[str]:
    """Which of *ids* somebody had leased; nobody has now."""
    own = delete(leases).where(leases.c.name == "analyse", leases.c.item.in_(ids))
    return set(tx.scalars(own.returning(leases.c.item)))


def standings(tx: Connection, encoder_sha256: str, *, after: str, limit: int) -> list[Standing]:
    """Up to *limit* mentions beyond id *after*, by id, that have a verdict on their text of now.

    Those without a vector of this encoder are left out: nobody can judge them but by reading. So
    are those that were not scored.
    """
    of_now = mentions.c.text_sha256
    own = (verdicts.c.mention == mentions.c.id) & (verdicts.c.text_sha256 == of_now)
    read = (vectors.c.mention == mentions.c.id) & (vectors.c.text_sha256 == of_now)
    query = (
        select(
            *(mentions.c[name] for name in ("id", "text_sha256", "language", "model")),
            verdicts.c.topics,
            vectors.c.vector,
        )
        .join(verdicts, own & (verdicts.c.model == mentions.c.model) & (verdicts.c.watch == ""))
        .join(vectors, read & (vectors.c.encoder_sha256 == encoder_sha256))
        .where(mentions.c.id > after, verdicts.c.sentiment.is_not(None))
        .order_by(mentions.c.id)
        .limit(limit)
    )
    return [Standing(**row._asdict() | {"topics": tuple(row.topics)}) for row in tx.execute(query)]


def retell(tx: Connection, told: Sequence[Standing]) -> int:
    """Put these topics in the place of those that stand; returns how many mentions got them.

    What was erased or edited since it was read is left alone. The sentiment and its time stay.
    """
    still = unchanged(tx, {s.id: s.text_sha256 for s in told})
    kept = [s for s in told if s.id in still]
    rows = [
        {"id": s.id, "by": s.model, "of": s.text_sha256, "topics": list(s.topics)} for s in kept
    ]
    if rows:
        one = (verdicts.c.mention == bindparam("id")) & (verdicts.c.watch == "")
        same = (verdicts.c.model == bindparam("by")) & (verdicts.c.text_sha256 == bindparam("of"))
        tx.execute(update(verdicts).where(one, same), rows)
        retelling.count(tx)
    announce(tx, (s.id for s in kept))
    return len(kept)


def backlog(tx: Connection) -> tuple[int, datetime | None]:
    """How many mentions wait for analysis, and since when the oldest does."""
    query = select(func.count(), func.min(mentions.c.first_seen))
    row = tx.execute(query.where(_WAITING)).one()
    return row[0], row[1]


def _claim(
    tx: Connection, owner: str, ids: Sequence[str], *, now: datetime, until: datetime
) -> dict[str, int]:
    """Take the leases that are free or ran out; how often each was taken before, by id."""
    if not ids:
        return {}
    insert = upsert(tx, leases)
    claim = insert.on_conflict_do_update(
        index_elements=["name", "item"],
        set_={"owner": owner, "until": until, "attempts": leases.c.attempts + 1},
        where=leases.c.until <= now,
    ).returning(leases.c.item, leases.c.attempts)
    rows = [
        {"name": "analyse", "item": i, "owner": owner, "until": until, "attempts": 0} for i in ids
    ]
    return {row.item: row.attempts for row in tx.execute(claim, rows)}


def _settle(tx: Connection, found: Iterable[AnalysisResult]) -> None:
    names = ("analysis", "reason", "language", "model")
    rows = [{"key": f.id, **{name: getattr(f, name) for name in names}} for f in found]
    if rows:
        tx.execute(update(mentions).where(mentions.c.id == bindparam("key")), rows)


def insert_verdicts(tx: Connection, found: Sequence[AnalysisResult], at: datetime) -> None:
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
            "heads": {head: dict(read) for head, read in v.heads.items()},
            "read_share": v.read_share,
            "at": at,
        }
        for f in found
        for v in f.verdicts
    ]
    if rows:
        insert = upsert(tx, verdicts)
        changed = ("sentiment", "probabilities", "polarity", "topics", "heads", "read_share", "at")
        tx.execute(
            insert.on_conflict_do_update(
                index_elements=["mention", "watch", "model", "text_sha256"],
                set_={name: insert.excluded[name] for name in changed},
            ),
            rows,
        )


def _insert_vectors(tx: Connection, found: Sequence[AnalysisResult]) -> None:
    rows = [
        {
            "mention": f.id,
            "text_sha256": f.text_sha256,
            "encoder_sha256": f.encoder_sha256,
            "vector": f.vector,
        }
        for f in found
        if f.vector is not None
    ]
    if rows:
        tx.execute(upsert(tx, vectors).on_conflict_do_nothing(), rows)
