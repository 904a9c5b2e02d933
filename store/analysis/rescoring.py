"""The replay: what another model judged is read again by the present one, beside all other work.

Durable are the model of a replay and how far it is, a row of ``counters``, and the ``leases``. What
waits is in the record itself: each mention that another model judged. It stands as it stood until
its new verdict comes; none is pending meanwhile, so a replay is no backlog.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
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

from core.analysis import AnalysisResult, PendingMention
from core.mention import AnalysisState, MentionState, Verdict
from store.analysis import retelling
from store.analysis.queue import ATTEMPTS_BEFORE_ISOLATION, PENDING_COLUMNS, claim, insert_verdicts
from store.database import upsert
from store.mentions import lock
from store.tables import counters, leases, mentions, verdicts

BATCH_SIZE: Final = (
    32  # mentions a lease: what is heard meanwhile waits for no more, a second or two
)
_COUNTER_PREFIX: Final = "again "  # and the model: the name of a replay among the counters
_MAX_POSITION: Final = 2**63 - 1  # how far one is that begins: nothing is published later
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

IS_ANALYSED: Final = (mentions.c.analysis != AnalysisState.PENDING) & (
    mentions.c.state != MentionState.DELETED
)
_NEWEST_FIRST: Final = (mentions.c.published.desc(), mentions.c.id)
_PUBLISHED_US: Final = type_coerce(mentions.c.published, BigInteger)  # as it is stored
_LEASED_IDS: Final = select(leases.c.item).where(leases.c.name == "analyse")
# Nobody but a replay leases what is judged.
_IS_LEASED: Final = IS_ANALYSED & mentions.c.id.in_(_LEASED_IDS)


def start(tx: Connection, model: str) -> None:
    """Let *model* read what others judged, the newest first; one under way begins afresh.

    A replay of another model ends: what it has read so far stands.
    """
    previous_model = active_model(tx)
    if previous_model not in (None, model):
        _finish(tx, str(previous_model))
    insert = upsert(tx, counters).values(name=_COUNTER_PREFIX + model, value=_MAX_POSITION)
    tx.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"value": _MAX_POSITION}))


def active_model(tx: Connection) -> str | None:
    """The model of the replay that is under way, if there is one."""
    query = select(counters.c.name).where(counters.c.name.startswith(_COUNTER_PREFIX))
    counter = tx.execute(query).scalar()
    return None if counter is None else counter.removeprefix(_COUNTER_PREFIX)


def remaining(tx: Connection, model: str) -> int:
    """How many mentions a replay of *model* has still to read, whether it has begun or not."""
    condition = IS_ANALYSED & mentions.c.model.is_distinct_from(model) | _IS_LEASED
    return tx.execute(select(func.count()).select_from(mentions).where(condition)).scalar_one()


def by_model(tx: Connection) -> dict[str, int]:
    """Scored mentions by the model whose verdict stands."""
    query = select(mentions.c.model, func.count()).where(
        mentions.c.analysis == AnalysisState.SCORED, mentions.c.state != MentionState.DELETED
    )
    rows = tx.execute(query.group_by(mentions.c.model).order_by(mentions.c.model))
    return {model or "unknown": count for model, count in rows}


def enqueue(tx: Connection, ids: Iterable[str]) -> None:
    """Let a replay read these as well, whoever judged them."""
    expired_lease = {"name": "analyse", "owner": "", "until": _EPOCH, "attempts": -1}
    rows = [expired_lease | {"item": i} for i in sorted(ids)]
    if rows:
        tx.execute(upsert(tx, leases).on_conflict_do_nothing(), rows)


def lease(
    tx: Connection, owner: str, model: str, *, now: datetime, lease_time: timedelta
) -> list[PendingMention]:
    """Claim some of what waits for the replay of *model*, the newest first; it ends with the last.

    Ask for it only when nothing is pending. What was asked for by name or left behind by a dead
    worker comes first; what may have killed it comes last and alone. A worker of another model
    gets nothing.
    """
    # The row keeps other workers of the replay out until the commit: none is passed by.
    position = tx.execute(
        select(counters.c.value).where(_is_counter_of(model)).with_for_update()
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


def with_null_verdicts(tx: Connection, results: Sequence[AnalysisResult]) -> list[AnalysisResult]:
    """*found* by a replay, such that old and new can be compared: silence is a verdict, too.

    A model that reads nothing where another did would leave it the last word; and what another
    could not read would, once it is read, look like news.
    """
    previous_models = _current_models(tx, results)
    models_by_id = _models_by_mention(tx, previous_models)
    null_results = [
        _null_result(f, previous_models[f.id])
        for f in results
        if f.verdicts
        and f.id in previous_models
        and previous_models[f.id] not in models_by_id[f.id]
    ]
    insert_verdicts(tx, null_results, _EPOCH)
    return [
        f if f.verdicts or not models_by_id[f.id] else _null_result(f, f.model) for f in results
    ]


def _current_models(tx: Connection, results: Iterable[AnalysisResult]) -> dict[str, str]:
    """Whose word stands of the texts that were read, by id; locked until the commit."""
    hashes = {f.id: f.text_sha256 for f in results}
    current_ids = [i for i, row in lock(tx, hashes).items() if row.text_sha256 == hashes[i]]
    query = select(mentions.c.id, mentions.c.model).where(mentions.c.id.in_(current_ids))
    return {row.id: row.model for row in tx.execute(query) if row.model is not None}


def _models_by_mention(tx: Connection, ids: Iterable[str]) -> dict[str, set[str]]:
    """Who has judged the whole of the texts as they are now, by id."""
    condition = (verdicts.c.mention == mentions.c.id) & (verdicts.c.watch == "")
    query = select(mentions.c.id, verdicts.c.model).join(
        verdicts, condition & (verdicts.c.text_sha256 == mentions.c.text_sha256)
    )
    models_by_id: dict[str, set[str]] = defaultdict(set)
    for row in tx.execute(query.where(mentions.c.id.in_(list(ids)))):
        models_by_id[row.id].add(row.model)
    return models_by_id


def _null_result(result: AnalysisResult, model: str) -> AnalysisResult:
    """With the word of *model* that it has nothing to say."""
    null_verdict = Verdict(
        watch=None,
        sentiment=None,
        probabilities={},
        polarity=None,
        topics=(),
        model=model,
        text_sha256=result.text_sha256,
    )
    return replace(result, verdicts=(null_verdict,))


def _unleased_rows(
    tx: Connection, limit: int, now: datetime, *, include_suspects: bool = False
) -> Sequence[Row[Any]]:
    """What was asked for by name, or left behind by a worker that died."""
    lease_ids = _LEASED_IDS.where(leases.c.until <= now)
    if not include_suspects:
        lease_ids = lease_ids.where(leases.c.attempts < ATTEMPTS_BEFORE_ISOLATION - 1)
    query = select(*PENDING_COLUMNS).where(IS_ANALYSED, mentions.c.id.in_(lease_ids))
    return tx.execute(query.order_by(*_NEWEST_FIRST).limit(limit)).all()


def _next_rows(tx: Connection, model: str, position: int) -> Sequence[Row[Any]]:
    """The next that another model judged, published no later than *place*, which moves on."""
    query: Select[Any] = select(*PENDING_COLUMNS, _PUBLISHED_US.label("place")).where(
        IS_ANALYSED,
        position >= _PUBLISHED_US,
        mentions.c.model.is_distinct_from(model),
        mentions.c.id.not_in(_LEASED_IDS),
    )
    rows = tx.execute(query.order_by(*_NEWEST_FIRST).limit(BATCH_SIZE)).all()
    if rows:
        tx.execute(update(counters).where(_is_counter_of(model)).values(value=rows[-1].place))
    return rows


def _is_counter_of(model: str) -> ColumnElement[bool]:
    return counters.c.name == _COUNTER_PREFIX + model


def _finish(tx: Connection, model: str) -> None:
    tx.execute(delete(counters).where(_is_counter_of(model)))
    retelling.bump_history_version(tx)
