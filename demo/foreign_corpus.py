"""A foreign corpus: a folder of three files, checked line by line.

- ``mentions.jsonl``: one post a line with site, kind, author, text, language, parent, offset_s
  (seconds from the start of the site; negative lies in the past). ``parent`` is null, the 0-based
  number of another post, or the value of another post's optional ``id``. ``is_bot`` is optional:
  Mastodon marks the account as a program. Other keys are ignored.
- ``watches.json``: a list of slug, kind, query.
- ``truth.json``: ``incidents``, a list of watch and onset_s, possibly empty; no file, no incidents.
  Other keys are notes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, Field, ValidationError

from config.jsonlines import parse_json
from config.settings import WatchSettings
from core.errors import ConfigError
from demo.corpus_files import MENTIONS, TRUTH, WATCHES
from demo.corpus_model import Corpus, CorpusWatch, Line, Onset, SiteKind

MAX_OFFSET_S: Final = 3640 * 86400  # ten years, as in the first crawl of a source

_LANGUAGE: Final = re.compile(r"([A-Za-z]{2})(?![A-Za-z])")  # "en", "pt-BR"; "English" is no code

Row = TypeVar("Row", bound=BaseModel)


class _Post(BaseModel):
    site: str
    kind: SiteKind
    text: str
    offset_s: float = Field(ge=-MAX_OFFSET_S, le=MAX_OFFSET_S)
    author: str | int | None = None
    language: str | None = None
    parent: int | str | None = None
    id: int | str | None = None
    is_bot: bool = False


class _Incident(BaseModel):
    watch: str
    onset_s: float = Field(ge=-MAX_OFFSET_S, le=MAX_OFFSET_S)


class _Truth(BaseModel, extra="allow"):
    incidents: list[_Incident] = []


def read(folder: Path) -> Corpus:
    """Return the corpus in *folder*.

    An unknown parent is dropped: such a post starts a thread, like the answer to a deleted post.

    Raises:
        ConfigError: a file is missing, or a line or an entry is invalid; the message names the
            place and the reason.
    """
    posts = list(_posts(folder / MENTIONS))
    if not posts:
        raise ConfigError(f"{folder / MENTIONS}:1: contains no post; expected one per line.")
    watches = _watches(folder / WATCHES)
    truth = _truth(folder / TRUTH, [watch.slug for watch in watches])
    numbers = {post.id: number for number, post in enumerate(posts) if post.id is not None}
    return Corpus(
        lines=tuple(
            _line(post, _parent_number(post.parent, numbers, len(posts))) for post in posts
        ),
        watches=watches,
        incidents=tuple(
            Onset(watch=incident.watch, onset_s=round(incident.onset_s))
            for incident in truth.incidents
        ),
        notes=truth.model_extra or {},
    )


def _posts(path: Path) -> Iterator[_Post]:
    # splitlines() would also split at U+2028, which may stand inside a JSON text.
    for line_number, text in enumerate(_text(path).split("\n"), start=1):
        if text.strip():
            location = f"{path}:{line_number}"
            yield _validate(_Post, parse_json(text, path, first_line=line_number), location)


def _watches(path: Path) -> tuple[CorpusWatch, ...]:
    rows = parse_json(_text(path), path)
    if not isinstance(rows, list) or not rows:
        raise ConfigError(f"{path}:1: should be a list of watches, each with slug, kind and query.")
    watches: dict[str, CorpusWatch] = {}
    for index, row in enumerate(rows):
        location = f"{path}: watch {index}"
        watch = _validate(WatchSettings, _with_name(row), location)
        if watch.slug in watches:
            raise ConfigError(f"{location}: slug {watch.slug!r} is used twice; it must be unique.")
        watches[watch.slug] = CorpusWatch(slug=watch.slug, kind=watch.kind, query=watch.query)
    return tuple(watches.values())


def _truth(path: Path, slugs: Sequence[str]) -> _Truth:
    if not path.exists():
        return _Truth()
    truth = _validate(_Truth, parse_json(_text(path), path), f"{path}:1")
    for incident in truth.incidents:
        if incident.watch not in slugs:
            known_slugs = ", ".join(slugs)
            raise ConfigError(f"{path}:1: unknown watch {incident.watch!r}. Known: {known_slugs}.")
    return truth


def _line(post: _Post, parent: int | None) -> Line:
    language = _LANGUAGE.match(post.language or "")
    return Line(
        site=post.site,
        kind=post.kind,
        author=None if post.author is None else str(post.author),
        text=post.text,
        language=language[1].lower() if language else None,
        parent=parent,
        offset_s=int(post.offset_s // 1),
        is_bot=post.is_bot,
    )


def _parent_number(parent: int | str | None, numbers: Mapping[Any, int], count: int) -> int | None:
    if parent in numbers:
        return numbers[parent]
    if isinstance(parent, str) and parent.isdecimal():
        parent = int(parent)
    return parent if isinstance(parent, int) and 0 <= parent < count else None


def _validate(model: type[Row], value: object, location: str) -> Row:
    if not isinstance(value, dict):
        raise ConfigError(f'{location}: should be an object such as {{"key": "value"}}.')
    try:
        return model.model_validate(value)
    except ValidationError as error:
        messages = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ConfigError(f"{location}: " + "; ".join(messages)) from None


def _with_name(row: object) -> object:
    """Return *row* as a watch of the settings: with a name, without the ignored keys."""
    if not isinstance(row, dict):
        return row
    return {"name": "", **{key: row[key] for key in ("slug", "kind", "query") if key in row}}


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: byte {error.start} is not UTF-8.") from None
