"""The settings of a command that reports on a running Harken, whatever its file contains now."""

from config.settings import Settings
from config.settings_file import SettingsFile
from config.storage import storage_settings
from core.errors import ConfigError
from harken.runtime.lock import is_locked


def load_for_report(settings_file: SettingsFile) -> Settings:
    """Load the settings; while Harken runs, a mistake in the file is no obstacle.

    Then the result contains only where its database and its index are, and the database contains
    the mistake.

    Raises:
        ConfigError: the file has a mistake, and no Harken runs on its state folder.
    """
    try:
        return settings_file.load()
    except ConfigError:
        settings = _settings_of_run(settings_file)
        if settings is None:
            raise
        return settings


def _settings_of_run(settings_file: SettingsFile) -> Settings | None:
    try:
        settings = storage_settings(settings_file)
    except ConfigError:
        return None
    return settings if is_locked(settings.state / "run.lock") else None
