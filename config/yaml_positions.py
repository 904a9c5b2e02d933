"""The values of harken.yaml, and the position of each in the text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from core.errors import ConfigError

KeyPath = tuple[str | int, ...]  # path of a setting: ("sources", 0, "slug")
Position = tuple[int, int]  # line and column, both from 1


class _Loader(yaml.SafeLoader):
    """A loader with fewer number formats than YAML 1.1 and with a position for each mistake."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - as PyYAML has it
        """Return the value of *node*; a date such as 2026-13-01 is an error with a position."""
        try:
            return super().construct_object(node, deep)
        except ValueError:
            message = "this looks like a date or a number but is not valid; put text in quotes"
            raise yaml.constructor.ConstructorError(None, None, message, node.start_mark) from None

    def construct_integer(self, node: yaml.ScalarNode) -> Any:
        """Return 10:30 as text: a time, not the number 630 to the base of 60."""
        return node.value if ":" in node.value else self.construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_integer)


def parse_yaml(text: str, path: Path) -> dict[str, Any]:
    """Parse *text*, the content of the file at *path*.

    Raises:
        ConfigError: it is not YAML or not a mapping, or sets a key twice (PyYAML takes the last).
    """
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        tree = None if root is None else loader.construct_document(root)
        marks = list(_key_marks(root))  # endless for an anchor inside itself
    except yaml.MarkedYAMLError as error:
        line, column = _position(error.problem_mark) if error.problem_mark else (1, 1)
        raise ConfigError(
            f"{path}:{line}:{column}: invalid YAML: {_safe_problem(error)}."
        ) from None
    except yaml.reader.ReaderError as error:
        line, column = _end_position(text[: error.position])
        raise ConfigError(f"{path}:{line}:{column}: invalid YAML: {error.reason}.") from None
    except RecursionError:
        raise ConfigError(f"{path}:1:1: invalid settings: nested too deeply.") from None
    if not isinstance(tree, dict | None):
        raise ConfigError(f"{path}:1:1: should be a mapping of settings such as `zone: UTC`.")
    _reject_duplicate_keys(marks, path)
    return tree or {}


def _end_position(text: str) -> Position:
    lines = text.splitlines() or [""]
    return len(lines), len(lines[-1]) + 1


def key_positions(text: str) -> dict[KeyPath, Position]:
    """Return the position of every key and list item of a YAML text."""
    return {keys: _position(mark) for keys, mark in _key_marks(yaml.compose(text, Loader=_Loader))}


def _key_marks(
    node: yaml.Node | None, parents: KeyPath = ()
) -> Iterator[tuple[KeyPath, yaml.Mark]]:
    """Yield every key and list item in the order of the text; a repeated key comes twice."""
    children: list[tuple[KeyPath, yaml.Mark, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        children = [
            ((*parents, str(key.value)), key.start_mark, value) for key, value in node.value
        ]
    elif isinstance(node, yaml.SequenceNode):
        children = [((*parents, k), item.start_mark, item) for k, item in enumerate(node.value)]
    for keys, mark, value in children:
        yield keys, mark
        yield from _key_marks(value, keys)


def _reject_duplicate_keys(marks: list[tuple[KeyPath, yaml.Mark]], path: Path) -> None:
    first_positions: dict[KeyPath, Position] = {}
    messages: list[str] = []
    for keys, mark in marks:
        line, column = _position(mark)
        if keys in first_positions:
            problem = f"is set twice, first on line {first_positions[keys][0]}"
            messages.append(f"{path}:{line}:{column}: {'.'.join(map(str, keys))}: {problem}.")
        first_positions.setdefault(keys, (line, column))
    if messages:
        raise ConfigError("\n".join(messages))


def _position(mark: yaml.Mark) -> Position:
    return mark.line + 1, mark.column + 1


def _safe_problem(error: yaml.MarkedYAMLError) -> str:
    """Return the message of PyYAML without names of aliases or tags: they may be passwords."""
    problem = str(error.problem)
    if not isinstance(error, yaml.composer.ComposerError | yaml.constructor.ConstructorError):
        return problem
    problem, quote, _ = problem.partition(" '")
    return f"{problem}; text that begins with * or ! needs quotes" if quote else problem
