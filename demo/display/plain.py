"""The display without a terminal: one line a step, no control characters."""

from typing import TextIO

from demo.display.display import Display


class PlainDisplay(Display):
    """Lines on a stream, each once."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._past_texts: set[tuple[str, bool]] = set()

    def print_line(self, text: str) -> None:
        """Write the line at once."""
        print(text, file=self._stream, flush=True)

    def show_status(self, text: str, outlook: str = "") -> None:
        """Write the text once, and once more with its first outlook."""
        if (text, bool(outlook)) not in self._past_texts:
            self._past_texts.add((text, bool(outlook)))
            self.print_line(f"{text}; {outlook}" if outlook else text)

    def update_step(self, name: str, counts: str, share: float | None = None) -> None:
        """Write nothing: a log needs no counts of a moment."""

    def finish_step(self, name: str, text: str) -> None:
        """Write the line of a step at its end."""
        del name
        self.print_line(text)

    def close(self) -> None:
        """Leave all lines as they are."""
