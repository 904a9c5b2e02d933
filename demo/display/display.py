"""The display of the progress of a demo."""

from abc import ABC, abstractmethod


class Display(ABC):
    """Output for the person who waits for a demo. All texts are plain, without markup."""

    @abstractmethod
    def print_line(self, text: str) -> None:
        """Print a line that stays."""

    @abstractmethod
    def show_status(self, text: str, outlook: str = "") -> None:
        """Show what is running, and how long it takes; both replace the previous texts."""

    @abstractmethod
    def update_step(self, name: str, counts: str, share: float | None = None) -> None:
        """Show *counts* beside the running step *name*; *share* of it is done, 0 to 1."""

    @abstractmethod
    def finish_step(self, name: str, text: str) -> None:
        """Replace the running step *name* by the line *text*."""

    @abstractmethod
    def close(self) -> None:
        """Remove what would not stay; lines can still be printed."""
