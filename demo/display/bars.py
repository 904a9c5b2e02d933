"""The display on a terminal: bars below the lines of the steps that are done."""

from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.spinner import Spinner
from rich.text import Text

from demo.display.display import Display
from demo.display.plain import PlainDisplay


class BarDisplay(Display):
    """Bars that are redrawn in place until :meth:`close`."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("  {task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[counts]}", markup=False),
            console=console,
        )
        self._spinner = Spinner("dots", text="")
        self._task_ids: dict[str, TaskID] = {}
        self._live = Live(
            Group(self._spinner, self._progress),
            console=console,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def print_line(self, text: str) -> None:
        """Print the line above the bars."""
        self._live.console.print(Text(text), soft_wrap=True)

    def show_status(self, text: str, outlook: str = "") -> None:
        """Show both beside a spinner."""
        self._spinner.update(text=Text(f"{text}; {outlook}" if outlook else text))

    def update_step(self, name: str, counts: str, share: float | None = None) -> None:
        """Draw the bar of the step; without a share it moves to and fro."""
        if name not in self._task_ids:
            self._task_ids[name] = self._progress.add_task(name, total=None, counts=counts)
        task_id = self._task_ids[name]
        if share is None:
            self._progress.update(task_id, counts=counts)
        else:
            self._progress.update(task_id, counts=counts, total=1.0, completed=share)

    def finish_step(self, name: str, text: str) -> None:
        """Remove the bar and print the line."""
        if name in self._task_ids:
            self._progress.remove_task(self._task_ids.pop(name))
        self.print_line(text)

    def close(self) -> None:
        """Remove the bars and the spinner."""
        self._live.stop()


def open_display(stream: TextIO) -> Display:
    """Return bars if *stream* is a terminal that can redraw lines, else plain lines."""
    console = Console(file=stream)
    if stream.isatty() and console.is_terminal and not console.is_dumb_terminal:
        return BarDisplay(console)
    return PlainDisplay(stream)
