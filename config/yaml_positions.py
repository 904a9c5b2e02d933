"""The text of harken.yaml as plain values, and where in it each of them stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from core.errors import ConfigError

KeyPath = tuple[str | int, ...]  # the way to a setting: ("sources", 0, "slug")
Position = tuple[int, int]  # line and column, both from 1


class _Loader(yaml.SafeLoader):
    """YAML as people read it; PyYAML's 1.1 knows more numbers and less of mistakes."""

    def construct_object(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - as PyYAML has it
        """The value of *node*; a date such as 2026-13-01 is a mistake with a place."""
        try:
            return super().construct_object(node, deep)
        except ValueError:
            message = "this looks like a date or a number but is not valid; put text in quotes"
            raise yaml.constructor.ConstructorError(None, None, message, node.start_mark) from None

    def construct_integer(self, node: yaml.ScalarNode) -> Any:
        """10:30 is a time of the day, not the 630 that it is to the base of 60."""
        return node.value if ":" in node.value else self.construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_integer)


def parse_yaml(text: str, path: Path) -> dict[str, Any]:
    """The settings in *text*, which was read from *path*.

    Raises:
        ConfigError: it is no YAML or no mapping, or says a key twice; PyYAML takes the last.
    """
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        tree = None if root is None else loader.construct_document(root)
        marks = list(_key_marks(root))  # an anchor that holds itself has no end
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
    """Where every key and list item of a YAML text stands."""
    return {keys: _position(mark) for keys, mark in _key_marks(yaml.compose(text, Loader=_Loader))}


def _key_marks(
    node: yaml.Node | None, parents: KeyPath = ()
) -> Iterator[tuple[KeyPath, yaml.Mark]]:
    """Every key and list item in the order of the text; a key that is said twice comes twice."""
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
    """PyYAML's words, but no name of an alias or tag: it may be a password without quotes."""
    problem = str(error.problem)
    if not isinstance(error, yaml.composer.ComposerError | yaml.constructor.ConstructorError):
        return problem
    problem, quote, _ = problem.partition(" '")
    return f"{problem}; text that begins with * or ! needs quotes" if quote else problem
