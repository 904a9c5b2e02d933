"""The only clock. It starts at the time of ``--now`` and runs on from there."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Source of every ``now`` argument: the real time plus a constant offset."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    @classmethod
    def starting_at(cls, at: datetime | None) -> "Clock":
        """Return a clock whose time now is *at*; None: the real time."""
        return cls() if at is None else cls(at - datetime.now(UTC))  # noqa: TID251 - the one clock

    def now(self) -> datetime:
        """Return the time, aware, UTC."""
        return datetime.now(UTC) + self.offset  # noqa: TID251 - the one clock

    def monotonic(self) -> float:
        """Return seconds since some moment, for durations: unlike :meth:`now` it never jumps."""
        return time.monotonic()
