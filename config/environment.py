"""What the environment says: ``HARKEN_A__B`` is the setting ``a: {b: …}``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from config.settings import Settings
from config.yaml_positions import Keys
from core.errors import ConfigError

PREFIX: Final = "HARKEN_"
_FILE: Final = "_FILE"


@dataclass(frozen=True, slots=True)
class Override:
    """One setting from the environment."""

    name: str  # of the variable
    keys: Keys
    value: str


def overrides(environ: Mapping[str, str]) -> list[Override]:
    """Every setting that *environ* makes, by the names of the variables.

    ``HARKEN_A__B_FILE`` names a file that holds the value. Names that begin with no setting are
    somebody else's.

    Raises:
        ConfigError: such a file cannot be read.
    """
    found = []
    for name, value in sorted(environ.items()):
        keys = tuple(name.removeprefix(PREFIX).removesuffix(_FILE).lower().split("__"))
        if name.startswith(PREFIX) and keys[0] in Settings.model_fields:
            said = _content(keys, name, Path(value)) if name.endswith(_FILE) else value
            found.append(Override(name, keys, said))
    return found


def put(tree: dict[str, Any], said: Sequence[Override]) -> dict[str, Any]:
    """*tree* with the settings of *said* over its own; it is left as it was.

    Raises:
        ConfigError: one of them belongs below a setting that is no group.
    """
    changed = dict(tree)
    for one in said:
        below = changed
        for key in map(str, one.keys[:-1]):
            inner = below.get(key) or {}
            if not isinstance(inner, dict):
                raise ConfigError(f"{one.name}: {key} is not a group of settings in harken.yaml.")
            below[key] = below = dict(inner)
        below[str(one.keys[-1])] = one.value
    return changed


def _content(keys: Keys, name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        key = ".".join(map(str, keys))
        raise ConfigError(f"{key}: the file named in {name} cannot be read ({error}).") from None
