"""The time since a source brought its last post, and the surprise that none has come since. Pure.

Two kinds of days are possible: ordinary ones, and quiet ones with a third of the posts, such as
bank holidays. The posts that came show which one it is (forward filter of a hidden Markov model
with two states): after a quiet morning the next hour without a post surprises less.
"""

from dataclasses import dataclass, field
from math import exp, log
from typing import Final

QUIET_SHARE: Final = 1 / 3  # posts of a quiet day, as a share of those of an ordinary one
TO_QUIET: Final = 0.003 / 24  # probability an hour. Chosen by `python -m bench.planted`
TO_ORDINARY: Final = 1 / 24  # probability an hour: a quiet time lasts a day on average
_SMALLEST: Final = 1e-300


@dataclass(slots=True)
class Wait:
    """The crawled time since the last post; :meth:`add` extends it."""

    hours: float = 0.0
    expected: float = 0.0  # posts, at the normal rate
    ordinary: float = 1.0  # probability of an ordinary day, and of no post so far
    quiet: float = 0.0  # probability of a quiet day, and of no post so far
    hours_by_cell: dict[int, float] = field(default_factory=dict)  # by hour of the week

    @property
    def surprise(self) -> float:
        """The negative logarithm of the probability of no post: expected posts, if surely so."""
        return -log(max(self.ordinary + self.quiet, _SMALLEST))

    def add(self, cell: int, hours: float, expected: float) -> None:
        """Add at most an hour at *cell* that brought no post, although *expected* were."""
        self.hours += hours
        self.expected += expected
        self.hours_by_cell[cell] = self.hours_by_cell.get(cell, 0.0) + hours
        ordinary = self.ordinary * exp(-expected)
        quiet = self.quiet * exp(-expected * QUIET_SHARE)
        to_quiet, to_ordinary = ordinary * TO_QUIET * hours, quiet * TO_ORDINARY * hours
        self.ordinary = ordinary - to_quiet + to_ordinary
        self.quiet = quiet - to_ordinary + to_quiet

    def next(self, posts: float) -> "Wait":
        """Return the wait that begins as *posts* end this one."""
        quiet = self.quiet * QUIET_SHARE**posts
        share = quiet / (self.ordinary + quiet) if quiet else 0.0
        return Wait(ordinary=1 - share, quiet=share)
