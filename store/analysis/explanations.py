"""Requests to explain a sentiment, from pages to the analyse workers, and the answers.

A page has no model. It stores a request, a worker answers it between two batches, and the page
shows the answer when it is loaded again. A request is started once: a text that kills its worker
does so once. All rows are deleted after ``LIFETIME``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, update

from core.analysis import Explanation, WordEffect
from store.database import upsert
from store.tables import explanations

MAX_OPEN: Final = 20  # requests that wait; further ones are refused
ANSWER_TIME: Final = timedelta(minutes=2)  # an older request without an answer has failed
LIFETIME: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationRequest:
    """A sentiment to explain: of one mention, towards a watch or (None) of the whole text."""

    mention: str
    watch: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredExplanation:
    """The state of a request: ``waiting``, ``failed`` or ``ready``; only then with an answer."""

    state: str
    explanation: Explanation | None = None


def current(
    tx: Connection, request: ExplanationRequest, text_sha256: str, *, now: datetime
) -> StoredExplanation | None:
    """Return the state of *request* on the text *text_sha256*; None: it was not made."""
    query = select(explanations).where(_is_row(request), explanations.c.text_sha256 == text_sha256)
    row = tx.execute(query.where(explanations.c.requested_at > now - LIFETIME)).first()
    if row is None:
        return None
    if row.answered_at is None:
        is_late = row.requested_at <= now - ANSWER_TIME
        return StoredExplanation(state="failed" if is_late else "waiting")
    if row.problem is not None:
        return StoredExplanation(state="failed")
    return StoredExplanation(state="ready", explanation=_explanation(row))


def add(tx: Connection, request: ExplanationRequest, text_sha256: str, *, now: datetime) -> bool:
    """Store *request* in the place of an earlier one; return False if ``MAX_OPEN`` wait."""
    tx.execute(delete(explanations).where(explanations.c.requested_at <= now - LIFETIME))
    open_count = tx.execute(
        select(func.count()).select_from(explanations).where(_is_open(now))
    ).scalar_one()
    if open_count >= MAX_OPEN:
        return False
    values: dict[str, Any] = {
        "text_sha256": text_sha256,
        "requested_at": now,
        **dict.fromkeys(("started_at", "answered_at", "model", "polarity"), None),
        **dict.fromkeys(("joint_change", "rule", "problem"), None),
        "words": [],
    }
    key = {"mention": request.mention, "watch": request.watch or ""}
    insert = upsert(tx, explanations).values(**key, **values)
    tx.execute(insert.on_conflict_do_update(index_elements=list(key), set_=values))
    return True


def is_any_open(tx: Connection, *, now: datetime) -> bool:
    """Return True if a request waits for a worker."""
    return (
        tx.execute(select(explanations.c.mention).where(_is_open(now)).limit(1)).first() is not None
    )


def claim(tx: Connection, *, now: datetime) -> ExplanationRequest | None:
    """Start the oldest open request and return it; None: there is none. Nobody else starts it."""
    query = (
        select(explanations.c.mention, explanations.c.watch)
        .where(_is_open(now))
        .order_by(explanations.c.requested_at, explanations.c.mention, explanations.c.watch)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = tx.execute(query).first()
    if row is None:
        return None
    request = ExplanationRequest(mention=row.mention, watch=row.watch or None)
    tx.execute(update(explanations).where(_is_row(request)).values(started_at=now))
    return request


def answer(
    tx: Connection, request: ExplanationRequest, explanation: Explanation, *, now: datetime
) -> None:
    """Store the answer to *request*; it is dropped if the text was edited meanwhile."""
    condition = _is_row(request) & (explanations.c.text_sha256 == explanation.text_sha256)
    tx.execute(
        update(explanations)
        .where(condition)
        .values(
            answered_at=now,
            model=explanation.model,
            polarity=explanation.polarity,
            joint_change=explanation.joint_change,
            rule=explanation.rule,
            words=[[word.start, word.end, word.change] for word in explanation.words],
        )
    )


def fail(tx: Connection, request: ExplanationRequest, problem: str, *, now: datetime) -> None:
    """Store that *request* has no answer because of *problem*, without words of the text."""
    tx.execute(
        update(explanations).where(_is_row(request)).values(answered_at=now, problem=problem)
    )


def _is_row(request: ExplanationRequest) -> ColumnElement[bool]:
    return (explanations.c.mention == request.mention) & (
        explanations.c.watch == (request.watch or "")
    )


def _is_open(now: datetime) -> ColumnElement[bool]:
    return (
        explanations.c.started_at.is_(None)
        & explanations.c.answered_at.is_(None)
        & (explanations.c.requested_at > now - ANSWER_TIME)
    )


def _explanation(row: Row[Any]) -> Explanation:
    return Explanation(
        watch=row.watch or None,
        model=row.model,
        text_sha256=row.text_sha256,
        polarity=row.polarity,
        words=_words(row.words),
        joint_change=row.joint_change,
        rule=row.rule,
    )


def _words(rows: Sequence[Sequence[Any]]) -> tuple[WordEffect, ...]:
    return tuple(WordEffect(start=start, end=end, change=change) for start, end, change in rows)
