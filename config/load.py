"""The only reader of harken.yaml and of the environment; every mistake is told with its place."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.settings import Settings
from core.errors import ConfigError

PREFIX: Final = "HARKEN_"
_NAMED: Final = (
    *((part, "slug") for part in ("watches", "sources", "people", "subscriptions")),
    ("topics", "id"),
)
Path_ = tuple[str | int, ...]


def load(path: Path, environ: Mapping[str, str], *, state: Path | None = None) -> Settings:
    """Settings of the file at *path*; ``HARKEN_A__B`` in *environ* overrides ``a: {b: …}``.

    ``HARKEN_A__B_FILE`` names a file that holds the value. *state* overrides the state folder.

    Raises:
        ConfigError: one line a mistake, ``file:line:column: key: what; what would be right``.
    """
    text = _read(path)
    tree = _parse(text, path)
    for keys, value in _overrides(environ).items():
        _put(tree, keys, value)
    said = state if state is not None else tree.get("state", "state")
    if isinstance(said, str | Path):  # else it is a mistake, told below
        tree["state"] = str(said if state is not None else path.parent / said)
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        where = _places(text)
        told = [_tell(path, where, detail) for detail in error.errors()]
        raise ConfigError("\n".join(told)) from None
    _check_references(settings, path, _places(text))
    return settings


def complain(path: Path, keys: Path_, message: str) -> str:
    """One line for a mistake at *keys* of the file at *path*, found by somebody else."""
    return _line(path, _places(_read(path)), keys, message)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file. `harken init` writes one.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}).") from None


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        tree = yaml.safe_load(text)
        _places(text)  # an anchor that holds itself has no end
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        raise ConfigError(f"{path}:{place}: not YAML: {error.problem}.") from None
    except yaml.reader.ReaderError as error:
        before = text[: error.position].splitlines() or [""]
        place = f"{len(before)}:{len(before[-1]) + 1}"
        raise ConfigError(f"{path}:{place}: not YAML: {error.reason}.") from None
    except RecursionError:
        raise ConfigError(f"{path}:1:1: not YAML for settings: nested too deeply.") from None
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise ConfigError(f"{path}:1:1: should be a mapping of settings such as `zone: UTC`.")
    return tree


def _overrides(environ: Mapping[str, str]) -> dict[Path_, str]:
    found: dict[Path_, str] = {}
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX):
            continue
        key, is_file = name.removeprefix(PREFIX), name.endswith("_FILE")
        keys = tuple(key.removesuffix("_FILE").lower().split("__"))
        if keys[0] in Settings.model_fields:
            found[keys] = _content(keys, name, Path(value)) if is_file else value
    return found


def _content(keys: Path_, name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        key = ".".join(map(str, keys))
        raise ConfigError(f"{key}: the file of {name} cannot be read ({error}).") from None


def _put(tree: dict[str, Any], keys: Path_, value: str) -> None:
    for key in keys[:-1]:
        below = tree.get(str(key)) or {}
        if not isinstance(below, dict):
            name = PREFIX + "__".join(str(k).upper() for k in keys)
            raise ConfigError(f"{name}: {key} is no group of settings in harken.yaml.")
        tree[str(key)] = tree = dict(below)
    tree[str(keys[-1])] = value


def _places(text: str) -> dict[Path_, tuple[int, int]]:
    """Line and column (from 1) of every key and item of a YAML text."""
    places: dict[Path_, tuple[int, int]] = {}

    def visit(node: yaml.Node, at: Path_) -> None:
        places.setdefault(at, (node.start_mark.line + 1, node.start_mark.column + 1))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                below = (*at, str(key.value))
                places[below] = (key.start_mark.line + 1, key.start_mark.column + 1)
                visit(value, below)
        elif isinstance(node, yaml.SequenceNode):
            for k, item in enumerate(node.value):
                visit(item, (*at, k))

    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is not None:
        visit(root, ())
    return places


def _tell(path: Path, places: Mapping[Path_, tuple[int, int]], detail: ErrorDetails) -> str:
    keys: Path_ = detail["loc"]
    if detail["type"] == "extra_forbidden":
        known = list(_fields(keys[:-1]))
        near = get_close_matches(str(keys[-1]), known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(known)}."
        return _line(path, places, keys, f"there is no such setting.{hint}")
    message = detail["msg"].removeprefix("Value error, ")
    shown = detail["input"]
    if isinstance(shown, str | int | float | bool) and "password" not in keys:
        message += f" (got {str(shown)[:60]!r})"
    return _line(path, places, keys, f"{message}.")


def _line(path: Path, places: Mapping[Path_, tuple[int, int]], keys: Path_, message: str) -> str:
    at = keys
    while at not in places and at:
        at = at[:-1]
    line, column = places.get(at, (1, 1))
    return f"{path}:{line}:{column}: {'.'.join(map(str, keys))}: {message}"


def _fields(keys: Path_) -> Mapping[str, Any]:
    """The settings known at *keys*."""
    model: Any = Settings
    for key in keys:
        if isinstance(key, int):
            continue
        annotation = model.model_fields[key].annotation
        inner = [annotation, *getattr(annotation, "__args__", ())]
        model = next(t for t in inner if isinstance(t, type) and issubclass(t, BaseModel))
    fields: Mapping[str, Any] = model.model_fields
    return fields


def _check_references(
    settings: Settings, path: Path, places: Mapping[Path_, tuple[int, int]]
) -> None:
    told: list[str] = []

    def check(keys: Path_, value: str, known: list[str], what: str) -> None:
        if value in known:
            return
        near = get_close_matches(value, known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        told.append(_line(path, places, keys, f"there is no {what} {value!r}.{hint}"))

    _each_reference(settings, check)
    for part, name in _NAMED:
        slugs = [getattr(row, name) for row in getattr(settings, part)]
        told += [
            _line(path, places, (part, k, name), f"{slug!r} stands twice.")
            for k, slug in enumerate(slugs)
            if slug in slugs[:k]
        ]
    if told:
        raise ConfigError("\n".join(told))


def _each_reference(
    settings: Settings, check: Callable[[Path_, str, list[str], str], None]
) -> None:
    watches = [w.slug for w in settings.watches]
    topics = [t.id for t in settings.topics]
    people = [p.slug for p in settings.people]
    for k, watch in enumerate(settings.watches):
        for j, topic in enumerate(watch.topics):
            check(("watches", k, "topics", j), topic, topics, "topic")
    for k, subscription in enumerate(settings.subscriptions):
        check(("subscriptions", k, "person"), subscription.person, people, "person")
        for j, slug in enumerate(subscription.watches):
            check(("subscriptions", k, "watches", j), slug, watches, "watch")
