"""Settings from the environment: ``HARKEN_A__B`` is the setting ``a: {b: …}``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from config.settings import Settings
from config.yaml_positions import KeyPath
from core.errors import ConfigError

PREFIX: Final = "HARKEN_"
_FILE_SUFFIX: Final = "_FILE"


@dataclass(frozen=True, slots=True)
class Override:
    """One setting from the environment."""

    name: str  # of the variable
    keys: KeyPath
    value: str


def read_environment(environ: Mapping[str, str]) -> list[Override]:
    """Return the settings in *environ*, sorted by the names of the variables.

    ``HARKEN_A__B_FILE`` names a file that contains the value. Variables whose first part is not a
    setting are ignored.

    Raises:
        ConfigError: such a file cannot be read.
    """
    result = []
    for name, keys, value in _variables(environ):
        content = (
            _read_value_file(keys, name, Path(value)) if name.endswith(_FILE_SUFFIX) else value
        )
        result.append(Override(name, keys, content))
    return result


def value_files(environ: Mapping[str, str]) -> list[Path]:
    """Return the files that variables in *environ* name as the place of a value."""
    variables = _variables(environ)
    return [Path(value) for name, _, value in variables if name.endswith(_FILE_SUFFIX)]


def without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return a copy of *environ* without the variables of settings."""
    setting_names = {name for name, _, _ in _variables(environ)}
    return {name: value for name, value in environ.items() if name not in setting_names}


def _variables(environ: Mapping[str, str]) -> Iterator[tuple[str, KeyPath, str]]:
    """Yield name, setting and value of each variable of a setting, sorted by name."""
    for name, value in sorted(environ.items()):
        keys = tuple(name.removeprefix(PREFIX).removesuffix(_FILE_SUFFIX).lower().split("__"))
        if name.startswith(PREFIX) and keys[0] in Settings.model_fields:
            yield name, keys, value


def apply_overrides(tree: dict[str, Any], overrides: Sequence[Override]) -> dict[str, Any]:
    """Return a copy of *tree* with *overrides* in the place of its own values.

    Raises:
        ConfigError: the parent of an override is not a group of settings.
    """
    result = dict(tree)
    for override in overrides:
        group = result
        for key in map(str, override.keys[:-1]):
            subgroup = group.get(key) or {}
            if not isinstance(subgroup, dict):
                raise ConfigError(
                    f"{override.name}: {key} is not a group of settings in harken.yaml."
                )
            group[key] = group = dict(subgroup)
        group[str(override.keys[-1])] = override.value
    return result


def _read_value_file(keys: KeyPath, name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        key = ".".join(map(str, keys))
        raise ConfigError(f"{key}: the file named in {name} cannot be read ({error}).") from None
