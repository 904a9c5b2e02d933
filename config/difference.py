"""Difference between the settings of a running Harken and those of an edited file."""

from dataclasses import dataclass
from typing import Final

from config.settings import Settings
from config.storage import STORAGE_KEYS

# The database, the index and the socket are opened once, at the start of a run.
RESTART_KEYS: Final = (*STORAGE_KEYS, "console.host", "console.port")


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """The result of an edit: the settings that apply now, and the keys that need a restart."""

    settings: Settings
    changed_keys: tuple[str, ...]  # top-level keys that differ from the former settings
    restart_keys: tuple[str, ...]  # keys of RESTART_KEYS whose new value does not apply yet


def compare(running: Settings, edited: Settings) -> SettingsChange:
    """Return the change from *running* to *edited*; values that need a restart stay as they run."""
    restart_keys = tuple(k for k in RESTART_KEYS if _value(running, k) != _value(edited, k))
    fixed_console = {"host": running.console.host, "port": running.console.port}
    fixed = {k: _value(running, k) for k in restart_keys if "." not in k}
    console = edited.console.model_copy(update=fixed_console)
    settings = edited.model_copy(update={**fixed, "console": console})
    names = Settings.model_fields
    changed_keys = tuple(n for n in names if getattr(settings, n) != getattr(running, n))
    return SettingsChange(settings, changed_keys, restart_keys)


def _value(settings: Settings, key: str) -> object:
    value: object = settings
    for name in key.split("."):
        value = getattr(value, name)
    return value
