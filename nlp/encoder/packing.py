"""Short texts share rows of few widths: hardly a token is padding, and every shape is known.

A tweet has 29 tokens. Alone in its row it is padded, and attention over widths that are no multiple
of 32 costs up to twice as much as over 64 (measured: soft-max works on 32 numbers at a time).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

WIDTHS: Final = (64, 128, 256)  # tokens; attention costs more in wider ones
TOKENS: Final = 1024  # a pass; 512 and 2,048 were slower on one core


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one width that go through a model together."""

    width: int  # tokens
    rows: Sequence[Sequence[int]]  # of each row, the indices of its texts from left to right


def batches(lengths: Sequence[int]) -> Iterator[Batch]:
    """Each index into *lengths* (tokens, at most 256) once; a batch has at most ``TOKENS``."""
    rows = _rows(lengths)
    for width in WIDTHS:
        alike = [members for size, members in rows if size == width]
        step = TOKENS // width
        for start in range(0, len(alike), step):
            yield Batch(width, alike[start : start + step])


def _rows(lengths: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Widths and members: longest text first, each where it leaves least room (best fit)."""
    rows: list[tuple[int, list[int]]] = []
    with_room: list[list[int]] = [[] for _ in range(WIDTHS[-1] + 1)]  # rows by their free tokens
    for index in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        length = lengths[index]
        room = next((r for r in range(length, len(with_room)) if with_room[r]), 0)
        if room:
            row = with_room[room].pop()
        else:
            room = next(width for width in WIDTHS if width >= length)
            row = len(rows)
            rows.append((room, []))
        rows[row][1].append(index)
        with_room[room - length].append(row)
    return rows
