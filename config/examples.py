"""Examples of topics from files of labelled posts: JSON lines with text and label."""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from config.jsonlines import numbered, parsed
from config.yaml_positions import Keys
from core.errors import ConfigError

_BETWEEN: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Example:
    """One row of such a file."""

    text: str
    label: str  # the id or the name of a topic


@lru_cache(maxsize=4096)
def meaning(label: str) -> str:
    """What of a label, an id or a name counts: no case, no punctuation; ``Fees?`` is ``fees``."""
    return _BETWEEN.sub(" ", label).strip().casefold()


def read(path: Path) -> list[Example]:
    """The rows of the file at *path*, plain or .gz.

    Raises:
        ConfigError: it cannot be read, or ``file:line:column: what is wrong with a row``.
    """
    return [_example(path, number, line) for number, line in numbered(path)]


def fill(tree: Mapping[str, Any], folder: Path) -> Iterator[tuple[Keys, str]]:
    """Put texts in the place of each file that a topic of the settings *tree* names as examples.

    A file name is relative to *folder*. A topic gets the rows whose label means its id or its name.

    Returns: where a topic got none, and why.

    Raises:
        ConfigError: a file cannot be read.
    """
    files: dict[str, list[Example]] = {}
    for k, topic in enumerate(_topics(tree)):
        name = topic.get("examples")
        if not isinstance(name, str):
            continue
        if not (folder / name).is_file():
            yield ("topics", k, "examples"), missing(name)
            continue
        rows = files[name] = files.get(name) or read(folder / name)
        topic["examples"] = of_topic(rows, topic.get("id"), topic.get("name"))
        if not topic["examples"]:
            yield ("topics", k, "examples"), _unlabelled(name, rows, topic)


def missing(name: str) -> str:
    """What to say of a file *name* that is not there."""
    return f"file {name!r} not found; it should contain JSON lines with text and label."


def of_topic(rows: list[Example], *names: object) -> list[str]:
    """The texts of *rows* whose label means one of *names*, without repeats."""
    wanted = {meaning(str(name)) for name in names if name}
    return list(dict.fromkeys(row.text for row in rows if meaning(row.label) in wanted))


def _topics(tree: Mapping[str, Any]) -> list[MutableMapping[str, Any]]:
    """What is shaped like topics; validation tells of the rest."""
    listed = tree.get("topics")
    return [t if isinstance(t, dict) else {} for t in listed] if isinstance(listed, list) else []


def _unlabelled(name: str, rows: list[Example], topic: Mapping[str, Any]) -> str:
    labels = ", ".join(sorted({row.label for row in rows})[:5]) or "none"
    return f"no row of {name} has the label {topic.get('id')!r}; its labels include: {labels}."


def _example(path: Path, number: int, line: str) -> Example:
    row = parsed(line, path, first=number)
    text, label = (row.get("text"), row.get("label")) if isinstance(row, dict) else (None, None)
    if not isinstance(text, str) or not isinstance(label, str) or not text.strip():
        message = 'should be an object with a "text" and a "label".'
        raise ConfigError(f"{path}:{number}:1: {message}")
    return Example(text, label)
