"""Rescoring: the present model scores again what another model scored, beside all other work.

The model of a rescoring and its position are stored in a row of ``replays``, its claims in
``leases``. The mentions that wait for it need no list: they are those with the verdict of another
model. Each keeps its old verdict until the new one comes and is never pending meanwhile, so a
rescoring is no backlog.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    Select,
    delete,
    func,
    select,
    type_coerce,
    update,
)

from core.analysis import PendingMention
from core.mention import AnalysisState, MentionState
from store.analysis.history_version import bump_history_version
from store.analysis.queue import ATTEMPTS_BEFORE_ISOLATION, PENDING_COLUMNS, claim, watches_of
from store.database import upsert
from store.tables import leases, matches, mentions, replays, verdicts

BATCH_SIZE: Final = 32  # mentions a lease: new mentions wait for one batch, a second or two
_MAX_POSITION: Final = 2**63 - 1  # position of a new rescoring: no mention is published later
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

IS_ANALYSED: Final = (mentions.c.analysis != AnalysisState.PENDING) & (
    mentions.c.state != MentionState.DELETED
)
_NEWEST_FIRST: Final = (mentions.c.published.desc(), mentions.c.id)
_PUBLISHED_US: Final = type_coerce(mentions.c.published, BigInteger)  # the stored integer
_LEASED_IDS: Final = select(leases.c.item).where(leases.c.name == "analyse")
# Only a rescoring leases analysed mentions.
_IS_LEASED: Final = IS_ANALYSED & mentions.c.id.in_(_LEASED_IDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingTarget:
    """A mention that may lack a verdict towards one of its watches."""

    id: str
    text: str
    watches: frozenset[str]  # slugs of all watches that it matches
    scored_watches: frozenset[str]  # slugs of those with a verdict towards them


def start(tx: Connection, model: str) -> None:
    """Start a rescoring by *model* of all that others scored; a running one starts again.

    The newest mentions come first. A rescoring by another model ends; its results stand.
    """
    previous_model = active_model(tx)
    if previous_model not in (None, model):
        _finish(tx, str(previous_model))
    position = {"position": _MAX_POSITION}
    insert = upsert(tx, replays).values(model=model, **position)
    tx.execute(insert.on_conflict_do_update(index_elements=["model"], set_=position))


def active_model(tx: Connection) -> str | None:
    """Return the model of the running rescoring; None: none runs."""
    return tx.execute(select(replays.c.model)).scalar()


def remaining(tx: Connection, model: str) -> int:
    """Return the number of mentions that a rescoring by *model*, running or not, has to score."""
    condition = IS_ANALYSED & mentions.c.model.is_distinct_from(model) | _IS_LEASED
    return tx.execute(select(func.count()).select_from(mentions).where(condition)).scalar_one()


def by_model(tx: Connection) -> dict[str, int]:
    """Count scored mentions by the model whose verdict stands."""
    query = select(mentions.c.model, func.count()).where(
        mentions.c.analysis == AnalysisState.SCORED, mentions.c.state != MentionState.DELETED
    )
    rows = tx.execute(query.group_by(mentions.c.model).order_by(mentions.c.model))
    return {model or "unknown": count for model, count in rows}


def enqueue(tx: Connection, ids: Iterable[str]) -> None:
    """Add *ids* to the next rescoring, also those that its model scored before."""
    expired_lease = {"name": "analyse", "owner": "", "until": _EPOCH, "attempts": -1}
    rows = [expired_lease | {"item": i} for i in sorted(ids)]
    if rows:
        tx.execute(upsert(tx, leases).on_conflict_do_nothing(), rows)


def lease(
    tx: Connection, owner: str, model: str, *, now: datetime, lease_time: timedelta
) -> list[PendingMention]:
    """Claim up to ``BATCH_SIZE`` mentions for the rescoring by *model*, the newest first.

    The rescoring ends when none is left. Call it only when nothing is pending. Enqueued mentions
    and those of a dead worker come first; those that may have killed it come last and alone. A
    worker of another model gets an empty list.
    """
    # The lock on the row keeps other workers out until the commit: no mention is skipped.
    position = tx.execute(
        select(replays.c.position).where(replays.c.model == model).with_for_update()
    ).scalar()
    if position is None:
        return []
    rows = (
        _unleased_rows(tx, BATCH_SIZE, now)
        or _next_rows(tx, model, position)
        or _unleased_rows(tx, 1, now, include_suspects=True)
    )
    if not rows and not tx.execute(select(mentions.c.id).where(_IS_LEASED).limit(1)).first():
        _finish(tx, model)
    return claim(tx, owner, rows, now=now, until=now + lease_time)


def missing_targets(tx: Connection, model: str, *, after: str, limit: int) -> list[MissingTarget]:
    """Return up to *limit* mentions beyond id *after*, by id, with fewer verdicts than watches.

    Mentions of one watch are left out. Only verdicts of *model* on the present text count. Not all
    of them lack a verdict: a text need not name every watch that it matches.
    """
    match_count = select(func.count()).where(matches.c.mention == mentions.c.id).scalar_subquery()
    verdict_count = select(func.count()).where(_is_targeted_verdict(model)).scalar_subquery()
    query = select(mentions.c.id, mentions.c.text).where(
        mentions.c.analysis == AnalysisState.SCORED,
        mentions.c.state != MentionState.DELETED,
        mentions.c.model == model,
        mentions.c.id > after,
        match_count > 1,
        match_count > verdict_count,
    )
    rows = tx.execute(query.order_by(mentions.c.id).limit(limit)).all()
    ids = [row.id for row in rows]
    watches_by_id, scored_by_id = watches_of(tx, ids), _scored_watches(tx, ids, model)
    return [
        MissingTarget(
            id=row.id,
            text=row.text,
            watches=frozenset(watches_by_id[row.id]),
            scored_watches=frozenset(scored_by_id[row.id]),
        )
        for row in rows
    ]


def _unleased_rows(
    tx: Connection, limit: int, now: datetime, *, include_suspects: bool = False
) -> Sequence[Row[Any]]:
    """Return the mentions that are enqueued or whose worker died."""
    lease_ids = _LEASED_IDS.where(leases.c.until <= now)
    if not include_suspects:
        lease_ids = lease_ids.where(leases.c.attempts < ATTEMPTS_BEFORE_ISOLATION - 1)
    query = select(*PENDING_COLUMNS).where(IS_ANALYSED, mentions.c.id.in_(lease_ids))
    return tx.execute(query.order_by(*_NEWEST_FIRST).limit(limit)).all()


def _next_rows(tx: Connection, model: str, position: int) -> Sequence[Row[Any]]:
    """Return the next mentions of other models from *position* on, and store the new position."""
    query: Select[Any] = select(*PENDING_COLUMNS, _PUBLISHED_US.label("place")).where(
        IS_ANALYSED,
        position >= _PUBLISHED_US,
        mentions.c.model.is_distinct_from(model),
        mentions.c.id.not_in(_LEASED_IDS),
    )
    rows = tx.execute(query.order_by(*_NEWEST_FIRST).limit(BATCH_SIZE)).all()
    if rows:
        last_position = {"position": rows[-1].place}
        tx.execute(update(replays).where(replays.c.model == model).values(last_position))
    return rows


def _finish(tx: Connection, model: str) -> None:
    tx.execute(delete(replays).where(replays.c.model == model))
    bump_history_version(tx)


def _is_targeted_verdict(model: str) -> ColumnElement[bool]:
    """Return the condition of a verdict of *model* on the present text towards a watch."""
    same_mention = (verdicts.c.mention == mentions.c.id) & (verdicts.c.watch != "")
    same_text = verdicts.c.text_sha256 == mentions.c.text_sha256
    return same_mention & same_text & (verdicts.c.model == model)


def _scored_watches(tx: Connection, ids: Sequence[str], model: str) -> dict[str, set[str]]:
    query = select(mentions.c.id, verdicts.c.watch).join(verdicts, _is_targeted_verdict(model))
    return _watches_by_mention(tx.execute(query.where(mentions.c.id.in_(ids))))


def _watches_by_mention(rows: Iterable[Row[str, str]]) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for mention, watch in rows:
        groups[mention].add(watch)
    return groups
