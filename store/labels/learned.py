"""Versions of learned heads: a stack, the newest that was not undone is in force.

A version holds every learned head together, so the name of a model identifies the version.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from core.mention import MentionState
from store.labels.label import LabelHead
from store.tables import learned_examples, learned_heads, mentions, vectors

_IS_IN_FORCE: Final = learned_heads.c.undone.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedExample:
    """A labelled text that a head was fitted on or judged by."""

    mention: str  # its id
    watch: str  # slug for ``towards``, else empty
    text_sha256: str
    classes: tuple[str, ...]
    is_held_out: bool  # True: judged by; False: fitted on


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedVersion:
    """The learned heads of one model at one time."""

    sha256: str  # of their numbers, 64 hex digits
    model: str  # the model below them, without device and precision
    encoder_sha256: str
    heads: Mapping[str, Any]  # numbers and figures by head, as JSON
    at: datetime
    # By head; those of erased mentions are missing.
    examples: Mapping[str, Sequence[LearnedExample]] = field(default_factory=dict)


def add_version(tx: Connection, version: LearnedVersion) -> None:
    """Store *version*, which is in force from now on."""
    names = ("sha256", "model", "encoder_sha256", "at")
    values = {name: getattr(version, name) for name in names} | {"heads": dict(version.heads)}
    statement = insert(learned_heads).values(values).returning(learned_heads.c.id)
    number = tx.execute(statement).scalar_one()
    rows = [
        {
            "version": number,
            "head": head,
            "mention": example.mention,
            "watch": example.watch,
            "text_sha256": example.text_sha256,
            "classes": list(example.classes),
            "is_held_out": example.is_held_out,
        }
        for head, examples in version.examples.items()
        for example in examples
    ]
    if rows:
        tx.execute(insert(learned_examples), rows)


def version_in_force(tx: Connection, model: str, encoder_sha256: str) -> LearnedVersion | None:
    """Return the newest version for *model* on this encoder that was not undone, if any."""
    row = _newest(tx, model, encoder_sha256)
    return None if row is None else _version(tx, row)


def sha256_in_force(tx: Connection, model: str, encoder_sha256: str) -> str | None:
    """Return the hash of :func:`version_in_force` without reading its numbers."""
    query = select(learned_heads.c.sha256).where(*_is_of(model, encoder_sha256))
    return tx.execute(query.order_by(learned_heads.c.id.desc()).limit(1)).scalar()


def version_by_name(tx: Connection, sha256_prefix: str) -> LearnedVersion | None:
    """Return the newest version, undone or not, whose hash begins with *sha256_prefix*."""
    query = select(learned_heads).where(learned_heads.c.sha256.startswith(sha256_prefix))
    row = tx.execute(query.order_by(learned_heads.c.id.desc()).limit(1)).first()
    return None if row is None else _version(tx, row)


def undo(tx: Connection, model: str, encoder_sha256: str, *, now: datetime) -> str | None:
    """Withdraw the version in force, so that the one before it is; return its hash.

    None: there is none to withdraw.
    """
    row = _newest(tx, model, encoder_sha256)
    if row is None:
        return None
    tx.execute(update(learned_heads).where(learned_heads.c.id == row.id).values(undone=now))
    return str(row.sha256)


def example_texts(
    tx: Connection, sha256: str, head: LabelHead, encoder_sha256: str
) -> list[tuple[str, tuple[str, ...], bytes]]:
    """Return text, classes and vector of the examples that *head* of a version was fitted on.

    Edited and deleted mentions are left out. The order is that of ids.
    """
    query = (
        select(mentions.c.text, learned_examples.c.classes, vectors.c.vector)
        .join(learned_heads, learned_heads.c.id == learned_examples.c.version)
        .join(mentions, mentions.c.id == learned_examples.c.mention)
        .join(vectors, vectors.c.mention == mentions.c.id)
        .where(
            learned_heads.c.sha256 == sha256,
            _IS_IN_FORCE,
            learned_examples.c.head == head,
            learned_examples.c.is_held_out.is_(False),
            learned_examples.c.text_sha256 == mentions.c.text_sha256,
            mentions.c.state != MentionState.DELETED,
            vectors.c.text_sha256 == mentions.c.text_sha256,
            vectors.c.encoder_sha256 == encoder_sha256,
        )
        .order_by(mentions.c.id)
    )
    return [(row.text, tuple(row.classes), row.vector) for row in tx.execute(query)]


def fitted_ids(tx: Connection, head: LabelHead) -> set[str]:
    """Return the mentions that *head* was fitted on, in any version that was not undone."""
    query = (
        select(learned_examples.c.mention)
        .join(learned_heads, learned_heads.c.id == learned_examples.c.version)
        .where(
            _IS_IN_FORCE, learned_examples.c.head == head, learned_examples.c.is_held_out.is_(False)
        )
    )
    return set(tx.scalars(query))


def stored_vectors(
    tx: Connection, ids: Sequence[str], encoder_sha256: str
) -> dict[tuple[str, str], bytes]:
    """Return the vectors of mentions *ids*, float16, by id and hash of the text."""
    query = select(vectors).where(
        vectors.c.mention.in_(ids), vectors.c.encoder_sha256 == encoder_sha256
    )
    return {(row.mention, row.text_sha256): row.vector for row in tx.execute(query)}


def _is_of(model: str, encoder_sha256: str) -> tuple[Any, ...]:
    return (
        _IS_IN_FORCE,
        learned_heads.c.model == model,
        learned_heads.c.encoder_sha256 == encoder_sha256,
    )


def _newest(tx: Connection, model: str, encoder_sha256: str) -> Row[Any] | None:
    query = select(learned_heads).where(*_is_of(model, encoder_sha256))
    return tx.execute(query.order_by(learned_heads.c.id.desc()).limit(1)).first()


def _version(tx: Connection, row: Row[Any]) -> LearnedVersion:
    examples: dict[str, list[LearnedExample]] = defaultdict(list)
    query = select(learned_examples).where(learned_examples.c.version == row.id)
    for example in tx.execute(query.order_by(learned_examples.c.head, learned_examples.c.mention)):
        examples[example.head].append(
            LearnedExample(
                mention=example.mention,
                watch=example.watch,
                text_sha256=example.text_sha256,
                classes=tuple(example.classes),
                is_held_out=example.is_held_out,
            )
        )
    names = ("sha256", "model", "encoder_sha256", "heads", "at")
    return LearnedVersion(**{name: getattr(row, name) for name in names}, examples=dict(examples))
