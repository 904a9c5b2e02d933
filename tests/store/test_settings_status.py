"""The status of the settings file: one row, of the last run."""

from datetime import timedelta

from store import settings_status
from store.settings_status import SettingsStatus


def test_a_mistake_stays_until_the_file_is_mended(record, now):
    later = now + timedelta(hours=1)
    first = SettingsStatus(path="harken.yaml", applied_at=now, restart=("index",))
    with record.write() as tx:
        assert settings_status.current_status(tx) is None
        settings_status.replace_status(tx, first)
        assert settings_status.current_status(tx) == first
        settings_status.mark_rejected(tx, "harken.yaml:1:1: x", now=later)
        assert settings_status.current_status(tx) == SettingsStatus(
            path="harken.yaml",
            applied_at=now,
            rejected_at=later,
            problem="harken.yaml:1:1: x",
            restart=("index",),
        )
        mended = SettingsStatus(path="other.yaml", applied_at=later)
        settings_status.replace_status(tx, mended)
        assert settings_status.current_status(tx) == mended
