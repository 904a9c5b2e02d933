"""Placement of texts in families, in the transaction that stores their mentions.

Texts that resemble each other are linked; all that are linked make a component, and the stars of a
component are its families (:mod:`store.families.stars`). A new text may link components and move
texts between families. The families depend on the stored texts alone, not on their order.

The work for one text is bounded: a component of over ``MAX_LANDMARKS`` texts keeps its centres,
unless the new text is among its landmarks, which is the rarer the larger the component is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from store.families import rows
from store.families.rows import TextRow
from store.families.sketches import Sketch, sketch
from store.families.stars import MAX_LANDMARKS, Text, attach, resemblance, stars

MAX_SPLIT: Final = 256  # texts; a larger component stays one when it loses a text


def place(tx: Connection, words_by_key: Mapping[str, Sequence[str]]) -> set[str]:
    """Store the texts *words_by_key* that are new; return the keys of other texts that moved.

    A text without words is a family of its own. Call it after mentions are locked: in PostgreSQL
    other writers of texts wait from here to the commit.
    """
    rows.lock(tx)
    new_keys = words_by_key.keys() - rows.existing_keys(tx, words_by_key.keys())
    sketches = {key: sketch(words_by_key[key]) for key in sorted(new_keys)}
    if sketches:
        rows.insert(tx, sketches)
    return _link(tx, sketches) - sketches.keys()


def remove_unused(tx: Connection, keys: Collection[str]) -> set[str]:
    """Delete those of *keys* that are the text of no mention; return the keys that moved."""
    if not keys:
        return set()
    rows.lock(tx)  # before the look: another transaction may be storing a mention with the text
    unused_keys = set(keys) - rows.used_keys(tx, keys)
    removed_rows = rows.by_keys(tx, unused_keys)
    rows.remove(tx, removed_rows)
    moved_keys: set[str] = set()
    for component in sorted({row.component for row in removed_rows}):
        moved_keys |= _rebuild(tx, rows.of_components(tx, [component]))
    return moved_keys


def _rebuild(tx: Connection, previous: Sequence[TextRow]) -> set[str]:
    """Place the texts *previous* of one component again; return the keys that moved."""
    if len(previous) > MAX_SPLIT:
        return _regroup(tx, previous)
    rows.write(tx, (replace(r, family=r.key, component=r.key, is_centre=False) for r in previous))
    _link(tx, {row.key: row.sketch for row in previous})
    families = {row.key: row.family for row in rows.by_keys(tx, [row.key for row in previous])}
    return {row.key for row in previous if families[row.key] != row.family}


def _link(tx: Connection, sketches: Mapping[str, Sketch]) -> set[str]:
    """Join the components of texts that resemble *sketches*; return the keys that moved.

    Each of *sketches*, by key, is stored as a component of its own.
    """
    moved_keys: set[str] = set()
    for components in _joined(_links(tx, sketches)):
        moved_keys |= _extend(tx, components, sketches.keys())
    return moved_keys


def _links(tx: Connection, sketches: Mapping[str, Sketch]) -> Iterable[set[str]]:
    """Yield the components that each of *sketches* links, with its own."""
    for key, candidates in rows.candidates(tx, sketches).items():
        if candidates:
            text = Text(id=key, sketch=sketches[key])
            values = resemblance([row.text for row in candidates], [text])[:, 0]
            linked = {row.component for row, v in zip(candidates, values, strict=True) if v > 0}
            if linked:
                yield linked | {key}


def _joined(links: Iterable[set[str]]) -> list[set[str]]:
    """Return the unions of those *links* that overlap."""
    unions: list[set[str]] = []
    for link in links:
        apart = [union for union in unions if not union & link]
        unions = [*apart, link.union(*(union for union in unions if union & link))]
    return unions


def _extend(tx: Connection, components: set[str], new_keys: AbstractSet[str]) -> set[str]:
    """Make one component of *components*; return the keys that moved.

    *new_keys* are those of them that are one new text.
    """
    older = components - new_keys
    if len(older) == 1:
        (component,) = older
        landmarks = rows.smallest_keys(tx, component, MAX_LANDMARKS)
        if len(landmarks) == MAX_LANDMARKS and min(components & new_keys) > landmarks[-1]:
            return _attach(tx, component, rows.by_keys(tx, components & new_keys))
    return _regroup(tx, rows.of_components(tx, components))


def _attach(tx: Connection, component: str, new_rows: Sequence[TextRow]) -> set[str]:
    """Add *new_rows* to the stars of *component*, whose centres stay; return their keys."""
    centres = rows.centres(tx, component)
    families = {row.key: row.family for row in centres}
    made = attach([row.text for row in new_rows], [row.text for row in centres])
    family_of = {
        key: families[star.centre] if star.centre else key for star in made for key in star.members
    }
    rows.write(tx, (replace(r, family=family_of[r.key], component=component) for r in new_rows))
    return set(family_of)


def _regroup(tx: Connection, members: Sequence[TextRow]) -> set[str]:
    """Make one component of *members* and store its stars; return the keys that moved."""
    by_key = {row.key: row for row in members}
    component = min(by_key)
    updated = [
        replace(
            by_key[key],
            family=star.family,
            component=component,
            is_centre=key == star.centre,
        )
        for star in stars([row.text for row in members])
        for key in star.members
    ]
    rows.write(tx, (row for row in updated if _place(row) != _place(by_key[row.key])))
    return {row.key for row in updated if row.family != by_key[row.key].family}


def _place(row: TextRow) -> tuple[str, str, bool]:
    return row.family, row.component, row.is_centre
