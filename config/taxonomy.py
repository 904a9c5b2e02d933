"""A taxonomy in its own file, for evaluation: topics as in harken.yaml, and examples."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from config.examples import missing_file_message, read_examples, texts_of_topic
from config.load import format_error, validate
from config.load import read_text as read_settings
from config.yaml_positions import parse_yaml
from core.errors import ConfigError
from core.watch import Topic

_KEYS: Final = ("topics", "examples")


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """Topics, and a pool of texts for each from which examples are drawn."""

    topics: tuple[Topic, ...]
    pool: Mapping[str, tuple[str, ...]]  # by id; empty where the file names no examples


def load(path: Path) -> Taxonomy:
    """Load the taxonomy at *path*: ``topics`` and optional ``examples``, a file beside it.

    Raises:
        ConfigError: one line a mistake, ``file:line:column: key: message``.
    """
    text = read_settings(path)
    tree = parse_yaml(text, path)
    if unknown_keys := [key for key in tree if key not in _KEYS]:
        raise ConfigError(
            format_error(path, (unknown_keys[0],), "unknown key; expected topics or examples.")
        )
    examples_file = _pop_examples_file(tree, path)
    settings = validate(tree, path, text, {})
    if not settings.topics:
        raise ConfigError(
            format_error(path, ("topics",), "no topic given; at least one is required.")
        )
    rows = read_examples(examples_file) if examples_file else []
    return Taxonomy(
        topics=tuple(
            Topic(id=t.id, name=t.name, sentences=t.sentences, examples=t.examples)
            for t in settings.topics
        ),
        pool={t.id: tuple(texts_of_topic(rows, t.id, t.name)) for t in settings.topics if rows},
    )


def _pop_examples_file(tree: dict[str, Any], path: Path) -> Path | None:
    """Remove the file of examples from *tree*, the content of *path*, and return its path."""
    name = tree.pop("examples", None)
    if not (name is None or isinstance(name, str)):
        raise ConfigError(format_error(path, ("examples",), "should be the name of a file."))
    if name and not (path.parent / name).is_file():
        raise ConfigError(format_error(path, ("examples",), missing_file_message(name)))
    return path.parent / name if name else None
