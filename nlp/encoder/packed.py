"""Rows of several texts as tensors: which token is whose, who sees whom, the mean of each text."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from nlp.encoder.packing import Batch


@dataclass(frozen=True, slots=True, eq=False)
class PackedRows:
    """Several texts in a row, none of which sees another; all are (rows, width)."""

    ids: Tensor
    positions: Tensor  # counted from 0 in each text
    owners: Tensor  # whose token it is: texts count from 0 through all rows; -1: nobody's

    def to(self, device: torch.device) -> "PackedRows":
        """The same on *device*."""
        return PackedRows(*(rows.to(device) for rows in (self.ids, self.positions, self.owners)))

    def bias(self, dtype: torch.dtype) -> Tensor:
        """What is added to scores of attention, (rows, 1, width, width): 0 within a text."""
        apart = self.owners[:, None, :, None] != self.owners[:, None, None, :]
        lowest = torch.finfo(dtype).min
        return torch.zeros_like(apart, dtype=dtype).masked_fill_(apart, lowest)

    def means(self, hidden_states: Tensor) -> Tensor:
        """The mean of *hidden* (rows, width, …) over the tokens of each text, (texts, …)."""
        texts = torch.arange(int(self.owners.max()) + 1, device=hidden_states.device)
        membership = (self.owners.flatten() == texts[:, None]).to(hidden_states.dtype)
        return (membership @ hidden_states.flatten(0, 1)) / membership.sum(1, keepdim=True)


def pack(token_lists: Sequence[Sequence[int]], batch: Batch) -> tuple[list[int], PackedRows]:
    """The *pieces* (token ids) that *batch* names, in the order of their owners, and as rows."""
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
