"""Labels: rows are only added, and the newest of one head of a mention counts.

The console and the command line use the same functions. Labels of deleted mentions are never
returned, and the database removes the labels of a mention together with it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, insert, select

from core.mention import Mention, MentionState
from store import mentions as stored_mentions
from store.analysis.queue import watches_of
from store.labels.label import Label, LabelHead
from store.tables import label_samples, labels, mentions, revisions

BATCH_SIZE: Final = 500  # mentions of one read
_KEY: Final = (labels.c.mention, labels.c.head, labels.c.watch)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabellableMention:
    """The facts about a mention that a label is checked against."""

    id: str
    text_sha256: str  # of the present text
    watches: frozenset[str]  # slugs of the watches that it matches


def add_labels(tx: Connection, new_labels: Sequence[Label]) -> int:
    """Store *new_labels* and return their number.

    Those are skipped that are stored already, or that only repeat the newest label of their head
    by the same person: a file can be read twice.
    """
    rows = [dict(row._mapping) for row in _rows_of(tx, {x.mention for x in new_labels})]  # noqa: SLF001 - public name
    existing = {_identity(row) for row in rows}
    newest = {_key(row): row for row in sorted(rows, key=lambda row: (row["at"], row["id"]))}
    new_rows = []
    for row in map(_row, new_labels):
        last = newest.get(_key(row))
        is_latest = last is None or last["at"] <= row["at"]
        if _identity(row) in existing or (last and is_latest and _is_repeat(row, last)):
            continue
        new_rows.append(row)
        existing.add(_identity(row))
        if is_latest:
            newest[_key(row)] = row
    if new_rows:
        tx.execute(insert(labels), new_rows)
    return len(new_rows)


def withdraw_labels(
    tx: Connection, mention: str, *, heads: Sequence[LabelHead], person: str, now: datetime
) -> int:
    """Withdraw the labels of *heads* of a mention, towards all watches; return their number.

    The history keeps them: the newest row has no classes.
    """
    rows = [
        _row(label) | {"classes": None, "person": person, "at": now}
        for label in current_labels(tx, ids=[mention])
        if label.head in heads
    ]
    if rows:
        tx.execute(insert(labels), rows)
    return len(rows)


def current_labels(tx: Connection, *, ids: Sequence[str] | None = None) -> list[Label]:
    """Return the labels in force, those set first first; *ids*: of these mentions only."""
    place = func.row_number().over(
        partition_by=_KEY, order_by=(labels.c.at.desc(), labels.c.id.desc())
    )
    newest = select(labels.c.id.label("id"), place.label("place")).subquery()
    query = _with_mentions().join(newest, newest.c.id == labels.c.id).where(newest.c.place == 1)
    return [_label(row) for row in _execute(tx, query, ids) if row.classes is not None]


def label_history(tx: Connection, mention: str) -> list[Label]:
    """Return all labels of *mention* and their withdrawals in the order of time."""
    return [_label(row) for row in _execute(tx, _with_mentions(), [mention])]


def labelled_mentions(
    tx: Connection, *, only_sampled: bool = False
) -> Iterator[tuple[Label, Mention]]:
    """Yield the labels in force on present texts, with their mentions; stale ones are left out.

    With *only_sampled* those of mentions that were drawn at random.
    """
    fresh = [
        label
        for label in current_labels(tx)
        if not label.is_stale and (label.is_sampled or not only_sampled)
    ]
    for start in range(0, len(fresh), BATCH_SIZE):
        batch = fresh[start : start + BATCH_SIZE]
        ids = list(dict.fromkeys(label.mention for label in batch))
        mentions_by_id = {m.id: m for m in stored_mentions.get(tx, ids)}
        yield from ((label, mentions_by_id[label.mention]) for label in batch)


def labellable_mentions(tx: Connection, ids: Collection[str]) -> dict[str, LabellableMention]:
    """Return those of *ids* that are stored and not deleted, by id."""
    watches_by_id = watches_of(tx, ids)
    query = select(mentions.c.id, mentions.c.text_sha256).where(
        mentions.c.id.in_(list(ids)), mentions.c.state != MentionState.DELETED
    )
    return {
        row.id: LabellableMention(
            id=row.id,
            text_sha256=row.text_sha256,
            watches=frozenset(watches_by_id.get(row.id, ())),
        )
        for row in tx.execute(query)
    }


def is_revision(tx: Connection, mention: str, text_sha256: str) -> bool:
    """Return True if *mention* has or had a text with this hash."""
    present = select(mentions.c.id).where(
        mentions.c.id == mention, mentions.c.text_sha256 == text_sha256
    )
    earlier = select(revisions.c.mention).where(
        revisions.c.mention == mention, revisions.c.text_sha256 == text_sha256
    )
    return any(tx.execute(query.limit(1)).first() for query in (present, earlier))


def _with_mentions() -> Select[Any]:
    """Return the query for rows of mentions that are not deleted."""
    return (
        select(
            labels, mentions.c.text_sha256.label("present"), label_samples.c.mention.label("drawn")
        )
        .join(mentions, mentions.c.id == labels.c.mention)
        .outerjoin(label_samples, label_samples.c.mention == labels.c.mention)
        .where(mentions.c.state != MentionState.DELETED)
        .order_by(labels.c.at, labels.c.id)
    )


def _execute(tx: Connection, query: Select[Any], ids: Sequence[str] | None) -> list[Row[Any]]:
    return list(tx.execute(query if ids is None else query.where(labels.c.mention.in_(ids))))


def _rows_of(tx: Connection, ids: set[str]) -> Iterator[Row[Any]]:
    ordered_ids = sorted(ids)
    for start in range(0, len(ordered_ids), BATCH_SIZE):
        batch = ordered_ids[start : start + BATCH_SIZE]
        yield from tx.execute(select(labels).where(labels.c.mention.in_(batch)))


def _row(label: Label) -> dict[str, Any]:
    names = ("mention", "text_sha256", "watch", "person", "at")
    row = {name: getattr(label, name) for name in names}
    return row | {"head": str(label.head), "classes": list(label.classes)}


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["mention"], row["head"], row["watch"]


def _is_repeat(row: Mapping[str, Any], last: Mapping[str, Any]) -> bool:
    """Return True if both rows differ in their time alone."""
    return _identity({**row, "at": None}) == _identity({**last, "at": None})


def _identity(row: Mapping[str, Any]) -> tuple[Any, ...]:
    classes = row["classes"]
    names = ("mention", "text_sha256", "head", "watch", "person", "at")
    return (*(row[name] for name in names), None if classes is None else tuple(classes))


def _label(row: Row[Any]) -> Label:
    return Label(
        mention=row.mention,
        text_sha256=row.text_sha256,
        head=LabelHead(row.head),
        watch=row.watch,
        classes=tuple(row.classes or ()),
        person=row.person,
        at=row.at,
        is_withdrawn=row.classes is None,
        is_stale=row.text_sha256 != row.present,
        is_sampled=row.drawn is not None,
    )
