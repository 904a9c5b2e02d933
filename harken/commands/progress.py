"""Progress bar of a command that takes long: on stderr, only where a person watches."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from harken.commands.options import Invocation
from harken.pipeline.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress


@contextmanager
def progress_bar(
    invocation: Invocation, label: str, *, is_shown: bool = True
) -> Iterator[Progress]:
    """Show *label* and a bar until the block ends, if *is_shown*.

    Nothing is shown without a terminal, with --json, and by a child of `harken run`.
    """
    from harken.logs import is_terminal

    if not is_shown or invocation.json or invocation.is_child or not is_terminal():
        yield Progress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[counter]}", markup=False),
        TimeElapsedColumn(),
    )
    with RichProgress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield BarProgress(bars, label)


class BarProgress(Progress):
    """Progress that moves a bar on the terminal."""

    def __init__(self, bars: "RichProgress", label: str) -> None:
        self._bars = bars
        self._task = bars.add_task(label, total=None, counter="")
        self._count = self._total = 0

    def expect(self, total: int) -> None:
        """Show the end of the bar; before that it only moves to and fro."""
        self._total = total
        self._update()

    def advance(self, count: int) -> None:
        """Move the bar on by *count* items; the end moves as well if there are more."""
        self._count += count
        self._total = max(self._total, self._count)
        self._update()

    def _update(self) -> None:
        counter = f"{self._count:,} of {self._total:,}"
        self._bars.update(self._task, total=self._total, completed=self._count, counter=counter)
