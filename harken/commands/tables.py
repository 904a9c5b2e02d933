"""Tables on stdout: by rich on a terminal, else plain lines for scripts."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from rich.console import Console

# Values of a cell that stand out on a terminal.
_STYLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("ok", "positive", "working", "resolved"), "green"),
        **dict.fromkeys(("BAD", "failed", "negative", "failing", "open"), "red"),
        **dict.fromkeys(("warning", "forbidden", "waiting", "late", "silent"), "yellow"),
    }
)
_GAP: Final = 2  # spaces between two columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under a header. A cell that is a tuple has several lines on a terminal.

    Foreign texts may stand in any cell: control codes are removed before they are printed.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    has_header: bool = True


Output: TypeAlias = str | Table


def print_output(items: Iterable[Output]) -> None:
    """Print lines and tables on stdout.

    On a terminal tables fit its width: long cells are wrapped, never cut. Elsewhere every row is
    one line without colours, however long.
    """
    if not sys.stdout.isatty():
        for item in items:
            for line in plain_lines(item) if isinstance(item, Table) else [printable(item)]:
                print(line)
        return
    from rich.console import Console

    console = Console(markup=False, highlight=False, emoji=False)
    for item in items:
        if isinstance(item, Table):
            _print_table(console, item)
        else:
            console.print(printable(item), soft_wrap=True)


def fact_list(lines: Sequence[str]) -> list[Output]:
    """Return *lines*, each `name: value`, as they are; on a terminal as a table of two columns."""
    if not sys.stdout.isatty():
        return [*lines]
    rows = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    return [Table(columns=("name", "value"), rows=rows, has_header=False)]


def printable(text: str) -> str:
    """Return *text* on one line, without control codes and invisible characters."""
    from nlp.text.normalize import strip_invisible

    return strip_invisible(text)


def plain_lines(table: Table) -> list[str]:
    """Return the header and the rows of *table* as lines with aligned columns."""
    from rich.cells import cell_len

    rows = [[_plain_cell(cell) for cell in row] for row in table.rows]
    if table.has_header:
        rows = [list(table.columns), *rows]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        "".join(
            cell + " " * (width - cell_len(cell) + _GAP)
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _plain_cell(cell: object) -> str:
    return " ".join(line for line in _cell_lines(cell) if line)


def _cell_lines(cell: object) -> Iterator[str]:
    """Yield the lines of *cell*; an unknown value is an empty line, never None."""
    for part in cell if isinstance(cell, tuple) else (cell,):
        yield "" if part is None else " ".join(printable(str(part)).split())


def _print_table(console: "Console", table: Table) -> None:
    from rich.table import Table as RichTable
    from rich.text import Text

    rich_table = RichTable(
        box=None, show_header=table.has_header, padding=(0, _GAP, 0, 0), pad_edge=False
    )
    for name in table.columns:
        rich_table.add_column(Text(name), overflow="fold")
    for row in table.rows:
        cells = ["\n".join(_cell_lines(cell)) for cell in row]
        rich_table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in cells))
    console.print(rich_table)
