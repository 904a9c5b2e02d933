"""Tables of mentions and of sources, for a terminal and for scripts."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from harken.commands.tables import Output, Table

if TYPE_CHECKING:
    from core.mention import Mention

TEXT_LENGTH: Final = 400  # characters of a text on a terminal; the rest is behind its link


def mention_table(mentions: "Sequence[Mention]", *, has_header: bool = True) -> Table:
    """Return a table of *mentions*, in their order.

    On a terminal the text, link and id of a mention stand one under another. Elsewhere each has a
    column of its own, and the whole text comes last.
    """
    if sys.stdout.isatty():
        columns: tuple[str, ...] = ("published (UTC)", "sentiment", "source", "mention")
        rows = [(*_first_cells(m), (_excerpt(_text(m)), m.url, m.id)) for m in mentions]
        return Table(columns=columns, rows=rows, has_header=has_header)
    columns = ("published (UTC)", "sentiment", "source", "id", "link", "text")
    plain_rows = [(*_first_cells(m), m.id, m.url, _text(m)) for m in mentions]
    return Table(columns=columns, rows=plain_rows, has_header=has_header)


def source_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> list[Output]:
    """Return a table of *rows* of sources; *columns* are the headings of its keys.

    The reason of a failure is the last column. On a terminal it is a line below the table, because
    it is long.
    """
    if not sys.stdout.isatty():
        return [key_table(rows, {**columns, "reason": "reason"})]
    reasons = [f"{row['name']}: {row['reason']}" for row in rows if row["reason"]]
    return [key_table(rows, columns), *reasons]


def key_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> Table:
    """Return a table of *rows*; *columns* are the headings of its keys."""
    return Table(
        columns=list(columns.values()), rows=[[row[key] for key in columns] for row in rows]
    )


def _first_cells(mention: "Mention") -> tuple[str, str, str]:
    verdict = mention.verdict
    label = verdict.sentiment if verdict and verdict.sentiment else mention.analysis
    return f"{mention.published:%Y-%m-%d %H:%M}", label, ", ".join(mention.sources)


def _excerpt(text: str) -> str:
    return text if len(text) <= TEXT_LENGTH else f"{text[:TEXT_LENGTH].rstrip()} …"


def _text(mention: "Mention") -> str:
    return "" if mention.state == "deleted" else mention.text
