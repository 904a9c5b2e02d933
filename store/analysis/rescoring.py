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
from core.mention import Analysis, State, Verdict
from store.analysis import retelling
from store.analysis.queue import OFFERED, SUSPECT, claim, insert_verdicts
from store.database import upsert
from store.mentions import lock
from store.tables import counters, leases, mentions, verdicts

PORTION: Final = 32  # mentions a lease: what is heard meanwhile waits for no more, a second or two
_REPLAY: Final = "again "  # and the model: the name of a replay among the counters
_TOP: Final = 2**63 - 1  # how far one is that begins: nothing is published later
_BEFORE_ALL: Final = datetime(1970, 1, 1, tzinfo=UTC)

JUDGED: Final = (mentions.c.analysis != Analysis.PENDING) & (mentions.c.state != State.DELETED)
_NEWEST: Final = (mentions.c.published.desc(), mentions.c.id)
_published: Final = type_coerce(mentions.c.published, BigInteger)  # as it is stored
_LEASES: Final = select(leases.c.item).where(leases.c.name == "analyse")
# Nobody but a replay leases what is judged.
_LEASED: Final = JUDGED & mentions.c.id.in_(_LEASES)


def begin(tx: Connection, model: str) -> None:
    """Let *model* read what others judged, the newest first; one under way begins afresh.

    A replay of another model ends: what it has read so far stands.
    """
    before = running(tx)
    if before not in (None, model):
        _end(tx, str(before))
    insert = upsert(tx, counters).values(name=_REPLAY + model, value=_TOP)
    tx.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"value": _TOP}))


def running(tx: Connection) -> str | None:
    """The model of the replay that is under way, if there is one."""
    names = select(counters.c.name).where(counters.c.name.startswith(_REPLAY))
    name = tx.execute(names).scalar()
    return None if name is None else name.removeprefix(_REPLAY)


def waiting(tx: Connection, model: str) -> int:
    """How many mentions a replay of *model* has still to read, whether it has begun or not."""
    wanted = JUDGED & mentions.c.model.is_distinct_from(model) | _LEASED
    return tx.execute(select(func.count()).select_from(mentions).where(wanted)).scalar_one()


def by_model(tx: Connection) -> dict[str, int]:
    """Scored mentions by the model whose verdict stands."""
    query = select(mentions.c.model, func.count()).where(
        mentions.c.analysis == Analysis.SCORED, mentions.c.state != State.DELETED
    )
    rows = tx.execute(query.group_by(mentions.c.model).order_by(mentions.c.model))
    return {model or "unknown": number for model, number in rows}


def ask(tx: Connection, ids: Iterable[str]) -> None:
    """Let a replay read these as well, whoever judged them."""
    free = {"name": "analyse", "owner": "", "until": _BEFORE_ALL, "attempts": -1}
    rows = [free | {"item": i} for i in sorted(ids)]
    if rows:
        tx.execute(upsert(tx, leases).on_conflict_do_nothing(), rows)


def lease(
    tx: Connection, owner: str, model: str, *, now: datetime, hold: timedelta
) -> list[PendingMention]:
    """Claim some of what waits for the replay of *model*, the newest first; it ends with the last.

    Ask for it only when nothing is pending. What was asked for by name or left behind by a dead
    worker comes first; what may have killed it comes last and alone. A worker of another model
    gets nothing.
    """
    # The row keeps other workers of the replay out until the commit: none is passed by.
    place = tx.execute(select(counters.c.value).where(_own(model)).with_for_update()).scalar()
    if place is None:
        return []
    rows = _free(tx, PORTION, now) or _walk(tx, model, place) or _free(tx, 1, now, suspects=True)
    if not rows and not tx.execute(select(mentions.c.id).where(_LEASED).limit(1)).first():
        _end(tx, model)
    return claim(tx, owner, rows, now=now, until=now + hold)


def complete(tx: Connection, found: Sequence[AnalysisResult]) -> list[AnalysisResult]:
    """*found* by a replay, such that old and new can be compared: silence is a verdict, too.

    A model that reads nothing where another did would leave it the last word; and what another
    could not read would, once it is read, look like news.
    """
    before = _models(tx, found)
    said = _said(tx, before)
    fresh = [
        _silent(f, before[f.id])
        for f in found
        if f.verdicts and f.id in before and before[f.id] not in said[f.id]
    ]
    insert_verdicts(tx, fresh, _BEFORE_ALL)
    return [f if f.verdicts or not said[f.id] else _silent(f, f.model) for f in found]


def _models(tx: Connection, found: Iterable[AnalysisResult]) -> dict[str, str]:
    """Whose word stands of the texts that were read, by id; locked until the commit."""
    texts = {f.id: f.text_sha256 for f in found}
    known = [i for i, row in lock(tx, texts).items() if row.text_sha256 == texts[i]]
    query = select(mentions.c.id, mentions.c.model).where(mentions.c.id.in_(known))
    return {row.id: row.model for row in tx.execute(query) if row.model is not None}


def _said(tx: Connection, ids: Iterable[str]) -> dict[str, set[str]]:
    """Who has judged the whole of the texts as they are now, by id."""
    own = (verdicts.c.mention == mentions.c.id) & (verdicts.c.watch == "")
    query = select(mentions.c.id, verdicts.c.model).join(
        verdicts, own & (verdicts.c.text_sha256 == mentions.c.text_sha256)
    )
    found: dict[str, set[str]] = defaultdict(set)
    for row in tx.execute(query.where(mentions.c.id.in_(list(ids)))):
        found[row.id].add(row.model)
    return found


def _silent(finding: AnalysisResult, model: str) -> AnalysisResult:
    """With the word of *model* that it has nothing to say."""
    silent = Verdict(
        watch=None,
        sentiment=None,
        probabilities={},
        polarity=None,
        topics=(),
        model=model,
        text_sha256=finding.text_sha256,
    )
    return replace(finding, verdicts=(silent,))


def _free(
    tx: Connection, limit: int, now: datetime, *, suspects: bool = False
) -> Sequence[Row[Any]]:
    """What was asked for by name, or left behind by a worker that died."""
    free = _LEASES.where(leases.c.until <= now)
    if not suspects:
        free = free.where(leases.c.attempts < SUSPECT - 1)
    query = select(*OFFERED).where(JUDGED, mentions.c.id.in_(free))
    return tx.execute(query.order_by(*_NEWEST).limit(limit)).all()


def _walk(tx: Connection, model: str, place: int) -> Sequence[Row[Any]]:
    """The next that another model judged, published no later than *place*, which moves on."""
    query: Select[Any] = select(*OFFERED, _published.label("place")).where(
        JUDGED,
        _published <= place,
        mentions.c.model.is_distinct_from(model),
        mentions.c.id.not_in(_LEASES),
    )
    rows = tx.execute(query.order_by(*_NEWEST).limit(PORTION)).all()
    if rows:
        tx.execute(update(counters).where(_own(model)).values(value=rows[-1].place))
    return rows


def _own(model: str) -> ColumnElement[bool]:
    return counters.c.name == _REPLAY + model


def _end(tx: Connection, model: str) -> None:
    tx.execute(delete(counters).where(_own(model)))
    retelling.count(tx)
