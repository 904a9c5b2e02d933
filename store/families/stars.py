"""Stars of similar texts: which texts of a connected group are one family.

Pure. A family is a star: a centre and the texts that resemble it. So two texts of a family are at
most two steps apart, and a chain of texts that each resemble only the next one makes several
families. The centres are the texts with most neighbours (Aslam, Pelekhov and Rus, The Star
Clustering Algorithm, 2004): those that the others were copied from, or the least changed copies.

The result depends on the set of texts alone, not on the order of their arrival.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from store.families.sketches import Similarities, Sketch, similarities

Bools: TypeAlias = NDArray[np.bool_]

# Only these of a group, those with the smallest ids, choose its centres: the time is bounded.
MAX_LANDMARKS: Final = 128
# Two people who complain about one thing in ten words share half of them by chance, in fifty words
# they do not. So the limit of a pair is _BASE + _CHANCE / values of the smaller sketch, within the
# bounds: 0.85 for 16 values (8 words), 0.6 for 24, 0.4 from 40 (20 words) on. ADR 27 has the data.
_LOWEST_LIMIT: Final = 0.40
_HIGHEST_LIMIT: Final = 0.85
_BASE: Final = 0.10
_CHANCE: Final = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A distinct text: its id and its sketch."""

    id: str
    sketch: Sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class Star:
    """One family: a centre, and the texts that resemble it most, itself among them."""

    centre: str | None  # id; None: the text is alone, and no centre for later ones
    members: tuple[str, ...]  # ids, sorted

    @property
    def family(self) -> str:
        """The id of the family: the smallest id of its texts."""
        return self.members[0]


def resemblance(rows: Sequence[Text], columns: Sequence[Text]) -> Similarities:
    """Return the similarity of each of *rows* with each of *columns*; 0 where it proves nothing."""
    values = similarities([t.sketch for t in rows], [t.sketch for t in columns])
    sizes = np.minimum(
        np.array([len(t.sketch) for t in rows])[:, None],
        np.array([len(t.sketch) for t in columns])[None, :],
    )
    limits = np.clip(_BASE + _CHANCE / np.maximum(sizes, 1), _LOWEST_LIMIT, _HIGHEST_LIMIT)
    return np.where(values >= limits, values, 0.0)


def stars(texts: Sequence[Text]) -> list[Star]:
    """Return the families of *texts*, a connected group; a text unlike all centres is one alone.

    No sketch may be empty.

    Only the ``MAX_LANDMARKS`` texts with the smallest ids can be centres of several.
    """
    ordered = sorted(texts, key=lambda text: text.id)
    landmarks = ordered[:MAX_LANDMARKS]
    centres = choose_centres(landmarks)
    return attach(ordered, centres)


def choose_centres(landmarks: Sequence[Text]) -> list[Text]:
    """Return the centres among *landmarks*, sorted by id as they are."""
    similar = resemblance(landmarks, landmarks) > 0
    order = sorted(range(len(landmarks)), key=lambda n: (-int(similar[n].sum()), n))
    is_covered = np.zeros(len(landmarks), np.bool_)
    centres: list[int] = []
    for number in order:
        if not is_covered[number]:
            centres.append(number)
            is_covered |= similar[number]
    return [landmarks[number] for number in sorted(centres)]


def attach(texts: Sequence[Text], centres: Sequence[Text]) -> list[Star]:
    """Return the stars of *centres* that have members, and each text that resembles none.

    A text that resembles several belongs to the most similar, of equal ones to the first.
    """
    values = resemblance(texts, centres)
    members: dict[str, list[str]] = {}
    lone: list[Star] = []
    for text, row, column in zip(texts, values, values.argmax(axis=1), strict=True):
        if row[column] > 0:
            members.setdefault(centres[int(column)].id, []).append(text.id)
        else:
            lone.append(Star(centre=None, members=(text.id,)))
    return [Star(centre=c, members=tuple(sorted(ids))) for c, ids in members.items()] + lone
