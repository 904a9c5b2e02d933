"""Sketches of texts: sets of hashed words, their similarity, and keys that similar sets share.

Pure. The similarity is the Jaccard coefficient of the sets. Band keys are MinHash with locality
sensitive hashing (Broder 1997; Indyk and Motwani 1998): the chance that two sets share one of
``BANDS`` keys is 1 - (1 - similarity ** ROWS) ** BANDS.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b, sha256
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Sketch: TypeAlias = NDArray[np.uint32]  # sorted, each value once
Similarities: TypeAlias = NDArray[np.float64]

MAX_VALUES: Final = 256  # of a sketch: the smallest hashes stand for the words of a long text
BANDS: Final = 20
ROWS: Final = 3
_CHUNK: Final = 256  # sketches in one matrix: its memory is bounded
# Long words count more: two strangers share "the" and "with". Length of the word: its weight.
_WEIGHTS: Final = ((7, 3), (4, 2), (0, 1))

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)  # odd; spreads consecutive numbers (Knuth 6.4)
_HALF: Final = np.uint64(32)


def _constants(name: str, count: int) -> NDArray[np.uint64]:
    """Return *count* fixed random odd numbers; another *name* gives others."""
    digests = (sha256(f"{name} {n}".encode()).digest()[:8] for n in range(count))
    return np.array([int.from_bytes(d, "little") | 1 for d in digests], np.uint64)


_FACTORS: Final = _constants("factor", BANDS * ROWS)[:, None]
_SUMMANDS: Final = _constants("summand", BANDS * ROWS)[:, None]
_ROW_FACTORS: Final = _constants("row", ROWS)
_BAND_SUMMANDS: Final = _constants("band", BANDS)


def sketch(words: Iterable[str]) -> Sketch:
    """Return the sketch of a text with *words*; their order and repetitions do not matter."""
    hashes: list[int] = []
    for word in sorted(set(words)):
        digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=24).digest()
        weight = next(weight for length, weight in _WEIGHTS if len(word) >= length)
        hashes += [int.from_bytes(digest[4 * i : 4 * i + 4], "little") for i in range(weight)]
    return np.unique(np.array(hashes, np.uint32))[:MAX_VALUES]


def to_bytes(sketch: Sketch) -> bytes:
    """Return the stored form of *sketch*: 4 bytes a value, little endian."""
    return sketch.astype("<u4").tobytes()


def from_bytes(stored: bytes) -> Sketch:
    """Return the sketch of its stored form."""
    return np.frombuffer(stored, "<u4").astype(np.uint32)


def band_keys(sketch: Sketch) -> list[int]:
    """Return ``BANDS`` signed 64-bit keys; [] for an empty sketch. Similar sketches share some."""
    if not len(sketch):
        return []
    hashes = (_FACTORS * sketch.astype(np.uint64)[None, :] + _SUMMANDS) >> _HALF
    minima = hashes.min(axis=1).reshape(BANDS, ROWS)
    keys = ((minima * _ROW_FACTORS).sum(axis=1, dtype=np.uint64) + _BAND_SUMMANDS) * _GOLDEN
    return [int(key) for key in keys.view(np.int64)]


def similarities(rows: Sequence[Sketch], columns: Sequence[Sketch]) -> Similarities:
    """Return the similarity of each of *rows* with each of *columns*, 0 to 1.

    There may be any number of rows, but only a few columns: their values are those of a matrix.
    """
    values = np.unique(np.concatenate(columns)) if columns else np.empty(0, np.uint32)
    column_matrix = _matrix(columns, values).T
    column_sizes = np.array([len(s) for s in columns], np.float64)
    parts = [np.empty((0, len(columns)))]
    for start in range(0, len(rows), _CHUNK):
        chunk = rows[start : start + _CHUNK]
        shared = (_matrix(chunk, values) @ column_matrix).astype(np.float64)
        union = np.array([len(s) for s in chunk])[:, None] + column_sizes - shared
        parts.append(shared / np.maximum(union, 1))
    return np.concatenate(parts)


def _matrix(sketches: Sequence[Sketch], values: Sketch) -> NDArray[np.float32]:
    """Return for each of *sketches* which of the sorted *values* it has, 0 or 1."""
    matrix = np.zeros((len(sketches), len(values) + 1), np.float32)
    if len(values) and sketches:
        every = np.concatenate(sketches)
        columns = np.searchsorted(values, every)
        columns[values[np.minimum(columns, len(values) - 1)] != every] = len(values)
        matrix[np.repeat(np.arange(len(sketches)), [len(s) for s in sketches]), columns] = 1
    return matrix[:, :-1]  # the last column collects all other values
