"""Rows of texts and their band keys; called by ``store.families.placement`` alone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select, update

from store.batches import batches
from store.database import dialect_insert
from store.families.sketches import Sketch, band_keys, from_bytes, to_bytes
from store.families.stars import Text
from store.tables import family_bands, family_texts, mentions

_LOCK: Final = 0x68726B66  # any number that no other part of Harken locks
_VALUES: Final[BindParameter[Any]] = bindparam("values", expanding=True)
_EXISTING: Final = select(family_texts.c.key).where(family_texts.c.key.in_(_VALUES))
_SAME_BANDS: Final = select(family_bands).where(family_bands.c.band.in_(_VALUES))
_BY_NUMBER: Final = select(family_texts).where(family_texts.c.number.in_(_VALUES))
_BY_KEY: Final = select(family_texts).where(family_texts.c.key.in_(_VALUES))
_BY_COMPONENT: Final = select(family_texts).where(family_texts.c.component.in_(_VALUES))
_OF_COMPONENT: Final = family_texts.c.component == bindparam("of")
_SMALLEST: Final = (
    select(family_texts.c.key)
    .where(_OF_COMPONENT)
    .order_by(family_texts.c.key)
    .limit(bindparam("count"))
)
_CENTRES: Final = (
    select(family_texts).where(_OF_COMPONENT, family_texts.c.is_centre).order_by(family_texts.c.key)
)
_UPDATE: Final = (
    update(family_texts)
    .where(family_texts.c.number == bindparam("of"))
    .values({n: bindparam(f"new_{n}") for n in ("family", "component", "is_centre")})
)
_DELETE: Final = delete(family_texts).where(family_texts.c.number == bindparam("of"))
_DELETE_BAND: Final = delete(family_bands).where(
    family_bands.c.band == bindparam("of_band"), family_bands.c.number == bindparam("of")
)
_USED: Final = select(mentions.c.family).where(mentions.c.family.in_(_VALUES)).distinct()
_MENTIONS: Final = select(mentions.c.id).where(mentions.c.family.in_(_VALUES))


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """A stored text."""

    number: int
    key: str
    family: str
    component: str
    is_centre: bool
    sketch: Sketch

    @property
    def text(self) -> Text:
        """The text for a comparison."""
        return Text(id=self.key, sketch=self.sketch)


def lock(tx: Connection) -> None:
    """Let no other transaction place texts until the commit: it could not see these.

    SQLite has one writer anyway.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def existing_keys(tx: Connection, keys: Collection[str]) -> set[str]:
    """Return those of *keys* that are stored."""
    return set(_scalars(tx, _EXISTING, keys))


def insert(tx: Connection, sketches: Mapping[str, Sketch]) -> None:
    """Insert texts by key, each as a family of its own, with their band keys."""
    texts = [
        {
            "number": number_of(key),
            "key": key,
            "family": key,
            "component": key,
            "is_centre": False,
            "sketch": to_bytes(sketch),
        }
        for key, sketch in sorted(sketches.items())
    ]
    bands = [
        {"band": band, "number": number_of(key)}
        for key, sketch in sorted(sketches.items())
        for band in band_keys(sketch)
    ]
    tx.execute(_insert_statement(tx.dialect.name, "texts"), texts)
    if bands:
        tx.execute(_insert_statement(tx.dialect.name, "bands"), bands)


def candidates(tx: Connection, sketches: Mapping[str, Sketch]) -> dict[str, list[TextRow]]:
    """Return, by key, the other stored texts that share a band key with each of *sketches*."""
    bands_by_key = {key: band_keys(sketch) for key, sketch in sketches.items()}
    numbers_by_band = _numbers_by_band(tx, {b for bands in bands_by_key.values() for b in bands})
    numbers = set().union(*numbers_by_band.values())
    rows = {row.number: row for row in _rows(tx, _BY_NUMBER, numbers)}
    candidates: dict[str, list[TextRow]] = {}
    for key, bands in bands_by_key.items():
        shared = set().union(*(numbers_by_band[b] for b in bands)) - {number_of(key)}
        candidates[key] = [rows[number] for number in sorted(shared & rows.keys())]
    return candidates


def _numbers_by_band(tx: Connection, bands: Collection[int]) -> Mapping[int, set[int]]:
    """Return the numbers of the stored texts with each of *bands*."""
    numbers: dict[int, set[int]] = defaultdict(set)
    for batch in batches(sorted(bands)):
        for band, number in tx.execute(_SAME_BANDS, {"values": batch}):
            numbers[band].add(number)
    return numbers


def by_keys(tx: Connection, keys: Collection[str]) -> list[TextRow]:
    """Return the stored texts of *keys*."""
    return _rows(tx, _BY_KEY, keys)


def of_components(tx: Connection, components: Collection[str]) -> list[TextRow]:
    """Return the texts of *components*."""
    return _rows(tx, _BY_COMPONENT, components)


def smallest_keys(tx: Connection, component: str, count: int) -> list[str]:
    """Return the *count* smallest keys of *component*, sorted; fewer if it is smaller."""
    return list(tx.scalars(_SMALLEST, {"of": component, "count": count}))


def centres(tx: Connection, component: str) -> list[TextRow]:
    """Return the centres of *component*, sorted by key."""
    return [_row(row) for row in tx.execute(_CENTRES, {"of": component})]


def write(tx: Connection, rows: Iterable[TextRow]) -> None:
    """Write family, component and ``is_centre`` of *rows*."""
    values = [
        {
            "of": row.number,
            "new_family": row.family,
            "new_component": row.component,
            "new_is_centre": row.is_centre,
        }
        for row in rows
    ]
    if values:
        tx.execute(_UPDATE, values)


def remove(tx: Connection, rows: Sequence[TextRow]) -> None:
    """Delete *rows* and their band keys."""
    bands = [{"of": row.number, "of_band": b} for row in rows for b in band_keys(row.sketch)]
    if bands:
        tx.execute(_DELETE_BAND, bands)
    if rows:
        tx.execute(_DELETE, [{"of": row.number} for row in rows])


def used_keys(tx: Connection, keys: Collection[str]) -> set[str]:
    """Return those of *keys* that are the text of a mention."""
    return set(_scalars(tx, _USED, keys))


def mention_ids(tx: Connection, keys: Collection[str]) -> set[str]:
    """Return the ids of the mentions with the texts *keys*."""
    return set(_scalars(tx, _MENTIONS, keys))


def number_of(key: str) -> int:
    """Return the first 64 bits of sha256(*key*) as a signed number.

    Two of a million texts share it with a chance of 3 in 10^8; then the second stays alone.
    """
    return int.from_bytes(sha256(key.encode()).digest()[:8], "big", signed=True)


@cache
def _insert_statement(dialect: str, name: str) -> Any:
    table = {"texts": family_texts, "bands": family_bands}[name]
    return dialect_insert(dialect, table).on_conflict_do_nothing()


def _scalars(tx: Connection, statement: Any, values: Collection[str]) -> Iterable[str]:
    for batch in batches(sorted(values)):
        yield from tx.scalars(statement, {"values": batch})


def _rows(tx: Connection, statement: Any, values: Collection[Any]) -> list[TextRow]:
    return [
        _row(row)
        for batch in batches(sorted(values))
        for row in tx.execute(statement, {"values": batch})
    ]


def _row(row: Any) -> TextRow:
    return TextRow(**row._asdict() | {"sketch": from_bytes(row.sketch)})
