"""The pace of a worker: batches are cut by the time that they take, not by their number."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

TARGET_S: Final = 3.0  # of a batch: its results are stored, and newer mentions go first after it
START_COST: Final = 2_000  # of the first batches of a worker: one long post or a few short ones
START_ITEMS: Final = 1  # in the first batch of a worker: nothing is known of its speed yet
GROWTH: Final = 4  # most times that a batch is larger than the one before
ITEM_COST: Final = 200  # of any item beside the length of its text, in characters
PIECE: Final = 64  # texts for a model between two reports of progress
_EPSILON_S: Final = 1e-6

T = TypeVar("T")


class Pace:
    """Sizes of batches for one worker, from the time that earlier batches took.

    The cost of an item is about proportional to its time (:func:`text_costs`). A batch with more
    time than *target_s* makes the next one smaller. One item is a batch however long it takes.

    Args:
        max_items: most items of a batch.
        start_cost: most cost of the first batch, after which the time decides; default: no limit.
        target_s: seconds that a batch should take.
        seconds: a clock of seconds that never jumps.
        on_progress: called by :meth:`report`.
    """

    def __init__(
        self,
        max_items: int,
        *,
        start_cost: float = math.inf,
        target_s: float = TARGET_S,
        seconds: Callable[[], float] = time.monotonic,
        on_progress: Callable[[], None] = lambda: None,
    ) -> None:
        self._max_items = max_items
        self._budget = start_cost
        self._limit = max_items if math.isinf(start_cost) else min(START_ITEMS, max_items)
        self._target_s = target_s
        self._seconds = seconds
        self._on_progress = on_progress

    @property
    def limit(self) -> int:
        """The number of items to fetch for the next batch, at least 1."""
        return self._limit

    def cut(self, costs: Sequence[float]) -> int:
        """Return the number of items, from the first, that fit into the next batch.

        At least 1, unless *costs*, one for each item, is empty.
        """
        total = 0.0
        for index, cost in enumerate(costs[: self._limit]):
            total += cost
            if index and total > self._budget:
                return index
        return min(len(costs), self._limit)

    @contextmanager
    def timed(self, costs: Sequence[float]) -> Iterator[None]:
        """Measure the time of a batch with these *costs*; it decides on the next one."""
        start = self._seconds()
        yield
        self._adapt(sum(costs), len(costs), max(self._seconds() - start, _EPSILON_S))

    def report(self) -> None:
        """Report progress: call it between two pieces of work, never while one may hang."""
        self._on_progress()

    def _adapt(self, cost: float, count: int, elapsed_s: float) -> None:
        ratio = self._target_s / elapsed_s
        if ratio < 1:
            self._budget = cost * ratio
            self._limit = max(1, math.floor(count * ratio))
            return
        self._limit = max(self._limit, min(self._max_items, GROWTH * count))
        if 2 * cost >= self._budget:  # a small batch is no measure: its time is not in its items
            self._budget = max(self._budget, min(cost * ratio, self._budget * GROWTH))


def pieces(items: Sequence[T], on_progress: Callable[[], None]) -> Iterator[Sequence[T]]:
    """Yield *items* in pieces of at most ``PIECE``, after a report of progress each."""
    for start in range(0, len(items), PIECE):
        on_progress()
        yield items[start : start + PIECE]


def text_costs(texts: Sequence[str]) -> list[float]:
    """Return the cost of each text: its characters, and a constant for what any text takes."""
    return [ITEM_COST + len(text) for text in texts]
