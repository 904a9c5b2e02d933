"""The one clock. ``--now`` sets where it starts; from there it runs on."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells ``now`` to everything that takes it as an argument."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    @classmethod
    def starting_at(cls, at: datetime | None) -> "Clock":
        """A clock that shows *at* this moment; None: the real time."""
        return cls() if at is None else cls(at - datetime.now(UTC))  # noqa: TID251 - the one clock

    def now(self) -> datetime:
        """The time, aware, UTC."""
        return datetime.now(UTC) + self.offset  # noqa: TID251 - the one clock
