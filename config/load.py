"""The only reader of harken.yaml and of the environment; every mistake is told with its place."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config import examples
from config.cross_references import broken
from config.environment import overrides, put
from config.settings import Settings
from config.yaml_positions import Keys, parse, places
from core.errors import ConfigError
from core.plugins import did_you_mean

Where = dict[Keys, str]  # "file:line:column" or the name of a variable, by setting


def load(path: Path, environ: Mapping[str, str], *, state: Path | None = None) -> Settings:
    """Settings of the file at *path*; ``HARKEN_A__B`` in *environ* overrides ``a: {b: …}``.

    ``HARKEN_A__B_FILE`` names a file that holds the value. *state* overrides the state folder.

    Raises:
        ConfigError: one line a mistake, ``file:line:column: key: what; what would be right``, or
            the name of the variable in the place of the file.
    """
    text = read(path)
    said = overrides(environ)
    tree = put(parse(text, path), said)
    folder = state if state is not None else tree.get("state", "state")
    if isinstance(folder, str | Path):  # else it is a mistake, told below
        tree["state"] = str(folder if state is not None else path.parent / folder)
    return checked(tree, path, text, {one.keys: one.name for one in said})


def checked(tree: dict[str, Any], path: Path, text: str, named: Where) -> Settings:
    """*tree* as settings; it was read from *text* of the file at *path*, parts of it as *named*.

    Files of examples are read, too.

    Raises:
        ConfigError: as :func:`load`.
    """

    def mistakes(told: Iterable[tuple[Keys, str]]) -> ConfigError:
        where = _where(path, text) | named
        return ConfigError("\n".join(_line(where, keys, message) for keys, message in told))

    if wrong := list(examples.fill(tree, path.parent)):
        raise mistakes(wrong)
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        raise mistakes(map(_told, error.errors())) from None
    if wrong := list(broken(settings)):
        raise mistakes(wrong)
    return settings


def complain(path: Path, keys: Keys, message: str) -> str:
    """One line for a mistake at *keys* of the file at *path*, found by somebody else."""
    return _line(_where(path, read(path)), keys, message)


def read(path: Path) -> str:
    """The text of the settings at *path*.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: file not found. Run `harken init` to create one.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}).") from None


def _where(path: Path, text: str) -> Where:
    found = {keys: f"{path}:{line}:{column}" for keys, (line, column) in places(text).items()}
    return {(): f"{path}:1:1"} | found


def _line(where: Where, keys: Keys, message: str) -> str:
    """*message* with the place of *keys*, or of the nearest setting above that has one."""
    at = keys
    while at not in where:
        at = at[:-1]
    return f"{where[at]}: {'.'.join(map(str, keys))}: {message}"


def _told(detail: ErrorDetails) -> tuple[Keys, str]:
    keys: Keys = detail["loc"]
    if detail["type"] == "extra_forbidden":
        known = list(_fields(keys[:-1]))
        hint = did_you_mean(str(keys[-1]), known) or f" Known: {', '.join(known)}."
        return keys, f"unknown setting.{hint}"
    message = detail["msg"].removeprefix("Value error, ")
    shown = detail["input"]
    if isinstance(shown, str | int | float | bool) and "password" not in keys:
        message += f" (got {str(shown)[:60]!r})"
    return keys, f"{message}."


def _fields(keys: Keys) -> Mapping[str, Any]:
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
