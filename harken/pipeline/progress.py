"""Progress of a step that runs once."""

from typing import Final


class Progress:
    """Receiver of the progress of a step; this one ignores it."""

    def expect(self, total: int) -> None:
        """Set the number of items that the step will process, as counted at its start."""

    def advance(self, count: int) -> None:
        """Add *count* items that were processed."""


NO_PROGRESS: Final = Progress()
