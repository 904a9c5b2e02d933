"""A corpus: what a replay site publishes, what is listened for, and the truth about it.

On disk it is a folder of three files, and a stranger's folder is as good as ours:

- ``mentions.jsonl``: one post a line with site, kind, author, text, language, parent, offset_s
  (seconds from the start of the site; negative lies in the past). ``parent`` is null, the 0-based
  number of another line, or the value of another line's optional ``id``.
- ``watches.json``: a list of slug, kind, query.
- ``truth.json``: ``incidents``, a list of watch and onset_s, maybe empty. Other keys are notes.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

from core.errors import ConfigError

Kind = Literal["rss", "atom", "forum", "mastodon"]

MENTIONS: Final = "mentions.jsonl"
WATCHES: Final = "watches.json"
TRUTH: Final = "truth.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One post; its place in :attr:`Corpus.lines` is its number."""

    site: str
    kind: Kind
    author: str | None
    text: str
    language: str | None  # ISO 639-1
    parent: int | None  # number of the line it answers
    offset_s: int  # seconds after the start of the site; negative: before


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One watch of ``watches.json``; the query is in the query language."""

    slug: str
    kind: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """One true incident: the watch, and when its excess began, in seconds from the start."""

    watch: str
    onset_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """All lines, oldest first in our own corpora and in any order in a stranger's."""

    lines: tuple[Line, ...]
    watches: tuple[Wanted, ...]
    incidents: tuple[Onset, ...]
    notes: Mapping[str, Any] = field(default_factory=dict)  # further keys of truth.json


def write(corpus: Corpus, folder: Path) -> None:
    """Write *corpus* as the three files into *folder*, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(asdict(line)) + "\n" for line in corpus.lines)
    (folder / MENTIONS).write_text(lines, encoding="utf-8")
    (folder / WATCHES).write_text(_pretty([asdict(watch) for watch in corpus.watches]), "utf-8")
    truth = {"incidents": [asdict(onset) for onset in corpus.incidents], **corpus.notes}
    (folder / TRUTH).write_text(_pretty(truth), encoding="utf-8")


def read(folder: Path) -> Corpus:
    """The corpus that stands in *folder*.

    A parent that no line has is forgotten: such a post stands alone, as under a deleted one.

    Raises:
        ConfigError: a file is missing, or a line lacks a key or has an unknown kind.
    """
    rows = list(_rows(folder / MENTIONS))
    numbers = {row["id"]: number for number, row in enumerate(rows) if "id" in row}
    truth = _json(folder / TRUTH)
    return Corpus(
        lines=tuple(_line(row, n, numbers, len(rows)) for n, row in enumerate(rows)),
        watches=tuple(Wanted(**_only(row, Wanted)) for row in _json(folder / WATCHES)),
        incidents=tuple(Onset(**_only(row, Onset)) for row in truth["incidents"]),
        notes={key: value for key, value in truth.items() if key != "incidents"},
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    # split("\n") and not splitlines(): U+2028 inside a text ends no line of JSON
    for number, text in enumerate(_text(path).split("\n"), start=1):
        if text.strip():
            yield _parsed(text, f"{path.name}:{number}")


def _line(row: Mapping[str, Any], number: int, numbers: Mapping[Any, int], count: int) -> Line:
    if row.get("kind") not in get_args(Kind):
        known = ", ".join(get_args(Kind))
        raise ConfigError(f"{MENTIONS}: post {number}: kind {row.get('kind')!r}, known: {known}")
    missing = sorted({"site", "text", "offset_s"} - row.keys())
    if missing:
        raise ConfigError(f"{MENTIONS}: post {number} lacks {', '.join(missing)}")
    return Line(
        site=str(row["site"]),
        kind=row["kind"],
        author=row.get("author"),
        text=str(row["text"]),
        language=row.get("language"),
        parent=_number(row.get("parent"), numbers, count),
        offset_s=int(row["offset_s"] // 1),
    )


def _number(parent: int | str | None, numbers: Mapping[Any, int], count: int) -> int | None:
    if parent in numbers:
        return numbers[parent]
    if isinstance(parent, str) and parent.isdecimal():
        parent = int(parent)
    return parent if isinstance(parent, int) and 0 <= parent < count else None


def _only(row: Mapping[str, Any], kind: type[Wanted] | type[Onset]) -> dict[str, Any]:
    names = list(kind.__dataclass_fields__)
    missing = [name for name in names if name not in row]
    if missing:
        raise ConfigError(f"{kind.__name__.lower()} {dict(row)!r} lacks {', '.join(missing)}")
    return {name: row[name] for name in names}


def _json(path: Path) -> Any:
    return _parsed(_text(path), path.name)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path.name}: cannot be read ({error.strerror})") from error


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ConfigError(f"{place}: not JSON ({error})") from error


def _pretty(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
