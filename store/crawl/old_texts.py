"""Mentions that were stored before their texts were placed in families."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, bindparam, select, update

from core.crawl import FoldedText
from store.analysis.history_version import bump_history_version
from store.changes import append_changes
from store.database import upsert
from store.families.current import FAMILY_JOIN
from store.families.placement import place
from store.families.rows import mention_ids
from store.mentions import unchanged_ids
from store.tables import counters, families, family_texts, mentions

_COUNTER: Final = "families"  # no row: not begun; _BEGUN; _DONE
_BEGUN: Final = 0
_DONE: Final = 1
_SET_KEY: Final = (
    update(mentions).where(mentions.c.id == bindparam("of")).values(family=bindparam("new_family"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnplacedText:
    """The text of a mention without a family by resemblance."""

    id: str
    text: str
    text_sha256: str


def is_done(tx: Connection) -> bool:
    """Return True if the texts of all mentions are placed; new ones are placed as they come."""
    return _state(tx) == _DONE


def unplaced_texts(tx: Connection, *, limit: int) -> list[UnplacedText]:
    """Return up to *limit* mentions whose text is not placed, newest first."""
    names = ("id", "text", "text_sha256")
    query = (
        select(*(mentions.c[name] for name in names))
        .outerjoin(family_texts, FAMILY_JOIN)
        .where(mentions.c.family.is_not(None), family_texts.c.key.is_(None))
        .order_by(mentions.c.published.desc(), mentions.c.id)
    )
    return [UnplacedText(**row._asdict()) for row in tx.execute(query.limit(limit))]


def place_unplaced(
    tx: Connection, folded_texts: Mapping[UnplacedText, FoldedText], *, now: datetime
) -> int:
    """Place *folded_texts* in families; return the number of mentions.

    Mentions that were erased or edited since they were read are skipped.
    """
    current_ids = unchanged_ids(tx, {old.id: old.text_sha256 for old in folded_texts})
    current = {old.id: new for old, new in folded_texts.items() if old.id in current_ids}
    _set_state(tx, _BEGUN)
    if current:
        _write_keys(tx, {i: new.key for i, new in current.items()}, now)
        moved_keys = place(tx, {new.key: new.words for new in current.values()})
        append_changes(tx, current_ids | mention_ids(tx, moved_keys))
    return len(current)


def finish(tx: Connection) -> None:
    """Store that all texts are placed; baselines that counted the old families are rebuilt."""
    if _state(tx) == _BEGUN:
        bump_history_version(tx)
    _set_state(tx, _DONE)


def _write_keys(tx: Connection, keys: Mapping[str, str], now: datetime) -> None:
    """Write the keys of folded texts by the id of their mention."""
    tx.execute(_SET_KEY, [{"of": i, "new_family": key} for i, key in keys.items()])
    insert = upsert(tx, families).on_conflict_do_nothing()
    tx.execute(insert, [{"id": key, "first_seen": now} for key in sorted(set(keys.values()))])


def _state(tx: Connection) -> int | None:
    return tx.execute(select(counters.c.value).where(counters.c.name == _COUNTER)).scalar()


def _set_state(tx: Connection, state: int) -> None:
    insert = upsert(tx, counters).values(name=_COUNTER, value=state)
    tx.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"value": state}))
