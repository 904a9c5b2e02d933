"""Tables of mentions, sources and kinds of sources, for a terminal and for scripts."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from config.option_descriptions import OptionDescription
from harken.commands.output import dumps
from harken.commands.tables import Output, Table
from harken.plural import plural

if TYPE_CHECKING:
    from core.mention import Mention

TEXT_LENGTH: Final = 400  # characters of a text on a terminal; the rest is behind its link

_TEST_BASES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "server": "a real server",
        "recorded": "recorded answers",
        "documented": "the documented format only",
    }
)


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

    The number of undated posts is a column. The reason of a failure is the last one. On a terminal
    it is a line below the table, because it is long, as are the reasons for undated posts.
    """
    columns = {**columns, "undated": "undated"}
    counted_rows = [{**row, "undated": sum(row["undated"].values())} for row in rows]
    if not sys.stdout.isatty():
        return [key_table(counted_rows, {**columns, "reason": "reason"})]
    reasons = [f"{row['name']}: {row['reason']}" for row in rows if row["reason"]]
    return [key_table(counted_rows, columns), *reasons, *_undated_lines(rows)]


def _undated_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line for each of *rows* of sources with undated posts: their number by reason."""
    for row in rows:
        if counts := row["undated"]:
            reasons = ", ".join(f"{reason} {count:,}" for reason, count in counts.items())
            posts = plural(sum(counts.values()), "post")
            yield f"{row['name']}: {posts} without a known date ({reasons}), in no count of a time"


def key_table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> Table:
    """Return a table of *rows*; *columns* are the headings of its keys."""
    return Table(
        columns=list(columns.values()), rows=[[row[key] for key in columns] for row in rows]
    )


def kind_output(rows: Sequence[Mapping[str, Any]]) -> Iterator[Output]:
    """Yield for each of the *rows* of ``kind_rows`` its summary, its facts and its options."""
    for row in rows:
        key = "needs an API key" if row["key_needed"] else "needs no API key"
        yield f"{row['kind']}: {row['summary']}"
        yield f"{key}; tested with {_TEST_BASES[row['proven']]}; limits: {row['limits']}"
        yield Table(
            columns=("option", "type", "default", "example", "meaning"),
            rows=[_option_cells(OptionDescription(**option)) for option in row["options"]],
        )
        yield ""


def _option_cells(option: OptionDescription) -> tuple[str, ...]:
    """Return the cells of a row; the default is an example, so it is not repeated as one."""
    default, example = _option_text(option.default), _option_text(option.example)
    return (
        option.name,
        option.type,
        "required" if option.required else default,
        example if example != default else "",
        option.description,
    )


def _option_text(value: Any) -> str:
    """Return *value* as harken.yaml has it; a missing one is empty."""
    return "" if value is None else value if isinstance(value, str) else dumps(value)


def _first_cells(mention: "Mention") -> tuple[str, str, str]:
    verdict = mention.verdict
    label = verdict.sentiment if verdict and verdict.sentiment else mention.analysis
    at = mention.counted_at
    return f"{at:%Y-%m-%d %H:%M}" if at else "undated", label, ", ".join(mention.sources)


def _excerpt(text: str) -> str:
    return text if len(text) <= TEXT_LENGTH else f"{text[:TEXT_LENGTH].rstrip()} …"


def _text(mention: "Mention") -> str:
    return "" if mention.state == "deleted" else mention.text
