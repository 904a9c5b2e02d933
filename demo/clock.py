"""The clock of a demo, handed in by its caller."""

from datetime import datetime, timedelta
from typing import Protocol


class DemoClock(Protocol):
    """A clock that may run ahead of or behind the real time by a fixed offset."""

    @property
    def offset(self) -> timedelta:
        """The distance to the real time; positive: ahead."""

    def now(self) -> datetime:
        """Return the time, aware, UTC."""
