"""The few settings with which a command finds the database of a running Harken."""

import re
from collections.abc import Iterator
from typing import Any, Final

from config.environment import apply_overrides, read_environment
from config.load import read_text
from config.settings import Settings
from config.settings_file import SettingsFile
from config.yaml_positions import parse_yaml
from core.errors import ConfigError

STORAGE_KEYS: Final = ("state", "record", "index", "index_prefix", "index_options")
# The line of a key with the deeper lines below it.
_ENTRY: Final = re.compile(rf"^(?:{'|'.join(STORAGE_KEYS)}):\s.*(?:\n[ \t]+\S.*)*", re.MULTILINE)


def storage_settings(settings_file: SettingsFile) -> Settings:
    """Return only the settings of ``STORAGE_KEYS`` of a file with a mistake in another line.

    Each is read from its own lines and from the environment; all others have their defaults.

    Raises:
        ConfigError: the file cannot be read, or one of these settings is wrong itself. A missing
            file is read as an empty one.
    """
    path = settings_file.path
    text = read_text(path) if path.exists() else ""
    tree = dict(_storage_entries(text, settings_file))
    overrides = read_environment(settings_file.environ)
    tree = apply_overrides(tree, [o for o in overrides if o.keys[0] in STORAGE_KEYS])
    folder = settings_file.state or path.parent / str(tree.get("state", "state"))
    try:
        return Settings.model_validate(tree | {"state": folder})
    except ValueError:
        raise ConfigError(f"{path}: {', '.join(STORAGE_KEYS)}: one of them is wrong.") from None


def _storage_entries(text: str, settings_file: SettingsFile) -> Iterator[tuple[str, Any]]:
    for entry in _ENTRY.findall(text):
        yield from parse_yaml(entry, settings_file.path).items()
