"""Batches of values for queries: databases limit the values of one query."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

BATCH_SIZE: Final = 500

_Value = TypeVar("_Value")


def batches(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """Yield *values* in their order, up to ``BATCH_SIZE`` at a time."""
    for start in range(0, len(values), BATCH_SIZE):
        yield values[start : start + BATCH_SIZE]
