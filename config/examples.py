"""Example texts of topics, from files of labelled posts: JSON lines with text and label."""

import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from config.jsonlines import numbered_lines, parse_json
from config.yaml_positions import KeyPath
from core.errors import ConfigError

_SEPARATORS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Example:
    """One row of a file of labelled posts."""

    text: str
    label: str  # the id or the name of a topic


@lru_cache(maxsize=4096)
def normalize_label(label: str) -> str:
    """Return *label* without case and punctuation: ``Fees?`` is ``fees``."""
    return _SEPARATORS.sub(" ", label).strip().casefold()


def read_examples(path: Path) -> list[Example]:
    """Return the rows of the file at *path*, plain or .gz.

    Raises:
        ConfigError: the file cannot be read, or a row is wrong (``file:line:column: message``).
    """
    return [_example(path, line_number, line) for line_number, line in numbered_lines(path)]


def inline_examples(tree: Mapping[str, Any], folder: Path) -> Iterator[tuple[KeyPath, str]]:
    """Replace each file of examples in the settings *tree* with its texts; yield the problems.

    A file name is relative to *folder*. A topic gets the rows whose label is its id or its name.
    A problem is the key of a topic without texts, with a message.

    Raises:
        ConfigError: a file cannot be read.
    """
    files: dict[str, list[Example]] = {}
    for index, topic in enumerate(_topics(tree)):
        name = topic.get("examples")
        if not isinstance(name, str):
            continue
        if not (folder / name).is_file():
            yield ("topics", index, "examples"), missing_file_message(name)
            continue
        rows = files[name] = files.get(name) or read_examples(folder / name)
        topic["examples"] = texts_of_topic(rows, topic.get("id"), topic.get("name"))
        if not topic["examples"]:
            yield ("topics", index, "examples"), _no_label_message(name, rows, topic)


def example_files(tree: Mapping[str, Any], folder: Path) -> list[Path]:
    """Return the files of examples that the settings *tree* names; they may be missing."""
    names = [topic.get("examples") for topic in _topics(tree)]
    return [folder / name for name in dict.fromkeys(n for n in names if isinstance(n, str))]


def missing_file_message(name: str) -> str:
    """Return the message for the missing file *name*."""
    return f"file {name!r} not found; it should contain JSON lines with text and label."


def texts_of_topic(rows: list[Example], *names: object) -> list[str]:
    """Return the texts of *rows* whose label is one of *names*, without repeats."""
    labels = {normalize_label(str(name)) for name in names if name}
    return list(dict.fromkeys(row.text for row in rows if normalize_label(row.label) in labels))


def _topics(tree: Mapping[str, Any]) -> list[MutableMapping[str, Any]]:
    """Return the topics that are mappings; validation reports the rest."""
    topics = tree.get("topics")
    return [t if isinstance(t, dict) else {} for t in topics] if isinstance(topics, list) else []


def _no_label_message(name: str, rows: list[Example], topic: Mapping[str, Any]) -> str:
    labels = ", ".join(sorted({row.label for row in rows})[:5]) or "none"
    return f"no row of {name} has the label {topic.get('id')!r}; its labels include: {labels}."


def _example(path: Path, line_number: int, line: str) -> Example:
    row = parse_json(line, path, first_line=line_number)
    text, label = (row.get("text"), row.get("label")) if isinstance(row, dict) else (None, None)
    if not isinstance(text, str) or not isinstance(label, str) or not text.strip():
        message = 'should be an object with a "text" and a "label".'
        raise ConfigError(f"{path}:{line_number}:1: {message}")
    return Example(text, label)
