"""Several short texts in one row: hardly a token is padding, and there are few shapes.

A tweet has 29 tokens. Alone in its row it is padded, and attention over widths that are no multiple
of 32 costs up to twice as much as over 64 (measured: soft-max works on 32 numbers at a time).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

WIDTHS: Final = (64, 128, 256)  # tokens; attention costs more in wider rows
TOKENS: Final = 1024  # in a pass on a CPU; 512 and 2,048 were slower on one core


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one width that go through a model together."""

    width: int  # tokens
    rows: Sequence[Sequence[int]]  # of each row, the indices of its texts from left to right


@dataclass(frozen=True, slots=True, eq=False)
class PackedRows:
    """Rows of several texts without attention between texts; all tensors are (rows, width)."""

    ids: Tensor
    positions: Tensor  # counted from 0 in each text
    owners: Tensor  # the text of each token, counted from 0 through all rows; -1: padding

    def to(self, device: torch.device) -> "PackedRows":
        """Return a copy on *device*."""
        return PackedRows(*(rows.to(device) for rows in (self.ids, self.positions, self.owners)))

    def bias(self, dtype: torch.dtype) -> Tensor:
        """Return the addend of attention scores, (rows, 1, width, width): 0 within a text."""
        apart = self.owners[:, None, :, None] != self.owners[:, None, None, :]
        lowest = torch.finfo(dtype).min
        return torch.zeros_like(apart, dtype=dtype).masked_fill_(apart, lowest)

    def means(self, hidden_states: Tensor) -> Tensor:
        """Return the mean of *hidden_states* (rows, width, …) over each text, (texts, …)."""
        texts = torch.arange(int(self.owners.max()) + 1, device=hidden_states.device)
        membership = (self.owners.flatten() == texts[:, None]).to(hidden_states.dtype)
        return (membership @ hidden_states.flatten(0, 1)) / membership.sum(1, keepdim=True)


def batches(lengths: Sequence[int], tokens: int = TOKENS) -> Iterator[Batch]:
    """Yield batches with each index into *lengths* (tokens, at most 256) once.

    A batch has at most *tokens*, padding included.
    """
    rows = _rows(lengths)
    for width in WIDTHS:
        rows_of_width = [members for row_width, members in rows if row_width == width]
        step = tokens // width
        for start in range(0, len(rows_of_width), step):
            yield Batch(width, rows_of_width[start : start + step])


def pack(token_lists: Sequence[Sequence[int]], batch: Batch) -> tuple[list[int], PackedRows]:
    """Return the indices into *token_lists* of *batch*, in the order of owners, and the rows."""
    shape = len(batch.rows), batch.width
    ids, positions = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    owners = np.full(shape, -1, np.int64)
    members: list[int] = []
    for row, texts in enumerate(batch.rows):
        end = 0
        for text in texts:
            start, end = end, end + len(token_lists[text])
            ids[row, start:end] = token_lists[text]
            positions[row, start:end] = range(end - start)
            owners[row, start:end] = len(members)
            members.append(text)
    return members, PackedRows(*map(torch.from_numpy, (ids, positions, owners)))


def _rows(lengths: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Return widths and members: longest texts first, into the fullest row with room (best fit)."""
    rows: list[tuple[int, list[int]]] = []
    rows_by_room: list[list[int]] = [[] for _ in range(WIDTHS[-1] + 1)]  # index: free tokens
    for index in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        length = lengths[index]
        room = next((r for r in range(length, len(rows_by_room)) if rows_by_room[r]), 0)
        if room:
            row = rows_by_room[room].pop()
        else:
            room = next(width for width in WIDTHS if width >= length)
            row = len(rows)
            rows.append((room, []))
        rows[row][1].append(index)
        rows_by_room[room - length].append(row)
    return rows
