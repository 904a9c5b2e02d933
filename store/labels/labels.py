"""Labels: rows are only added, and the newest of one head of a mention counts.

The console and the command line use the same functions. Labels of deleted mentions are never
returned, and the database removes the labels of a mention together with it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, insert, select

from core.mention import Mention, MentionState
from store import mentions as stored_mentions
from store.analysis.queue import watches_of
from store.batches import batches
from store.labels.label import Label, LabelHead
from store.tables import label_samples, labels, mentions, revisions

_KEY: Final = (labels.c.mention, labels.c.head, labels.c.watch)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)

_Row = Mapping[str, Any]  # of ``labels``, by column


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
    stored_rows = _stored_rows(tx, {label.mention for label in new_labels})
    new_rows = list(_without_repeats(map(_row, new_labels), stored_rows))
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
    for batch in batches(fresh):
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


def _without_repeats(new_rows: Iterable[_Row], stored_rows: Collection[_Row]) -> Iterator[_Row]:
    """Yield those of *new_rows* that are not stored and do not repeat the newest of their head.

    *stored_rows* are in the order of time.
    """
    known = {(_content(row), row["at"]) for row in stored_rows}
    newest = {_key(row): (row["at"], _content(row)) for row in stored_rows}
    for row in new_rows:
        content, at = _content(row), row["at"]
        newest_at, newest_content = newest.get(_key(row), (_NEVER, None))
        is_newest = at >= newest_at
        if (content, at) in known or (is_newest and content == newest_content):
            continue
        yield row
        known.add((content, at))
        if is_newest:
            newest[_key(row)] = (at, content)


def _stored_rows(tx: Connection, ids: Collection[str]) -> list[_Row]:
    """Return all labels of the mentions *ids*; those of one mention are in the order of time."""
    query = select(labels).order_by(labels.c.at, labels.c.id)
    return [
        row
        for batch in batches(sorted(ids))
        for row in map(dict, tx.execute(query.where(labels.c.mention.in_(batch))).mappings())
    ]


def _row(label: Label) -> dict[str, Any]:
    names = ("mention", "text_sha256", "watch", "person", "at")
    row = {name: getattr(label, name) for name in names}
    return row | {"head": str(label.head), "classes": list(label.classes)}


def _key(row: _Row) -> tuple[str, str, str]:
    return row["mention"], row["head"], row["watch"]


def _content(row: _Row) -> tuple[Any, ...]:
    """Return all values of *row* but its time."""
    names = ("mention", "text_sha256", "head", "watch", "person")
    classes = row["classes"]
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
