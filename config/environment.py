"""Settings from the environment: ``HARKEN_A__B`` is the setting ``a: {b: …}``."""

from collections.abc import Mapping, Sequence
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
    for name, value in sorted(environ.items()):
        keys = tuple(name.removeprefix(PREFIX).removesuffix(_FILE_SUFFIX).lower().split("__"))
        if name.startswith(PREFIX) and keys[0] in Settings.model_fields:
            content = (
                _read_value_file(keys, name, Path(value)) if name.endswith(_FILE_SUFFIX) else value
            )
            result.append(Override(name, keys, content))
    return result


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
