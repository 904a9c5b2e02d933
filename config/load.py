"""The only reader of harken.yaml and of the environment; each error has its place."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config import examples
from config.cross_references import broken_references
from config.environment import apply_overrides, read_environment
from config.settings import Settings
from config.yaml_positions import KeyPath, key_positions, parse_yaml
from core.errors import ConfigError
from core.plugins import did_you_mean

MAX_VALUE: Final = 60  # characters of a wrong value that an error quotes
# Text where a group of settings belongs: it may be `password:secret`, without the space.
_GROUP_ERRORS: Final = ("model_type", "dict_type")

Locations = dict[KeyPath, str]  # "file:line:column" or the name of a variable, by setting
# A further check of valid settings: the keys and the message of each mistake.
Check = Callable[[Settings], Iterable[tuple[KeyPath, str]]]


def load(
    path: Path,
    environ: Mapping[str, str],
    *,
    state: Path | None = None,
    check: Check | None = None,
) -> Settings:
    """Load the settings at *path*; ``HARKEN_A__B`` in *environ* overrides ``a: {b: …}``.

    ``HARKEN_A__B_FILE`` names a file that contains the value. *state* overrides the state folder.
    *check* tests what this room cannot: names and options of plug-ins of the rooms above.

    Raises:
        ConfigError: one line a mistake, ``file:line:column: key: message``, with what would be
            right. For a value from the environment the variable stands in the place of the file.
    """
    text = read_text(path)
    env_overrides = read_environment(environ)
    tree = apply_overrides(parse_yaml(text, path), env_overrides)
    state_folder = state if state is not None else tree.get("state", "state")
    if isinstance(state_folder, str | Path):  # any other type is reported by the validation
        tree["state"] = str(state_folder if state is not None else path.parent / state_folder)
    variable_names = {override.keys: override.name for override in env_overrides}
    return validate(tree, path, text, variable_names, check)


def validate(
    tree: dict[str, Any],
    path: Path,
    text: str,
    variable_names: Locations,
    check: Check | None = None,
) -> Settings:
    """Return *tree* as settings; it was parsed from *text*, the content of the file at *path*.

    Files of examples are read, too. *variable_names* are the names of the variables that settings
    came from; *check* is as in :func:`load`.

    Raises:
        ConfigError: as in :func:`load`.
    """

    def config_error(errors: Iterable[tuple[KeyPath, str]]) -> ConfigError:
        """Return one error for all *errors*, one line each, with their places."""
        locations = _locations(path, text) | variable_names
        return ConfigError(
            "\n".join(_format_line(locations, keys, message) for keys, message in errors)
        )

    if problems := list(examples.inline_examples(tree, path.parent)):
        raise config_error(problems)
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        raise config_error(map(_translate_error, error.errors())) from None
    if problems := [*broken_references(settings), *(check(settings) if check else ())]:
        raise config_error(problems)
    return settings


def format_error(path: Path, keys: KeyPath, message: str) -> str:
    """Return *message* with the place of *keys* in the file at *path*; for checks elsewhere."""
    return _format_line(_locations(path, read_text(path)), keys, message)


def read_text(path: Path) -> str:
    """Read the text of the settings at *path*.

    Raises:
        ConfigError: the file cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: file not found. Run `harken init` to create one.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}).") from None


def _locations(path: Path, text: str) -> Locations:
    positions = {
        keys: f"{path}:{line}:{column}" for keys, (line, column) in key_positions(text).items()
    }
    return {(): f"{path}:1:1"} | positions


def _format_line(locations: Locations, keys: KeyPath, message: str) -> str:
    """Return *message* with the place of *keys*, or else of the nearest setting above."""
    nearest = keys
    while nearest not in locations:
        nearest = nearest[:-1]
    # Of `password:secret`, a key without a space after its colon, only the name.
    name = ".".join(str(key).partition(":")[0] for key in keys)
    return f"{locations[nearest]}: {name}: {message}"


def _translate_error(detail: ErrorDetails) -> tuple[KeyPath, str]:
    keys: KeyPath = detail["loc"]
    if detail["type"] == "extra_forbidden":
        names = list(_known_fields(keys[:-1]))
        hint = did_you_mean(str(keys[-1]), names) or f" Known: {', '.join(names)}."
        return keys, f"unknown setting.{hint}"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "tuple_type":
        message = f"should be a list of {keys[-1]}"
    input_value = detail["input"]
    is_secret = "password" in keys or detail["type"] in _GROUP_ERRORS
    if isinstance(input_value, str | int | float | bool) and not is_secret:
        message += f" (got {_shorten(str(input_value))})"
    return keys, f"{message}."


def _shorten(value: str) -> str:
    """Return *value* in quotes; of a long one the start and the number of characters."""
    if len(value) <= MAX_VALUE:
        return repr(value)
    return f"{value[:MAX_VALUE]!r}… of {len(value)} characters"


def _known_fields(keys: KeyPath) -> Mapping[str, Any]:
    """Return the fields of the model at *keys*."""
    model: Any = Settings
    for key in keys:
        if isinstance(key, int):
            continue
        annotation = model.model_fields[key].annotation
        candidates = [annotation, *getattr(annotation, "__args__", ())]
        model = next(t for t in candidates if isinstance(t, type) and issubclass(t, BaseModel))
    fields: Mapping[str, Any] = model.model_fields
    return fields
