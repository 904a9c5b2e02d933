"""The state of harken.yaml in a running Harken; one row, written by its parent process."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from store.tables import settings_status


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsStatus:
    """The settings in force, and an edit of the file that does not apply."""

    path: str  # of the file
    applied_at: datetime  # load of the settings in force
    rejected_at: datetime | None = None  # time of the rejection; None: the file has no mistake
    problem: str | None = None  # the mistakes of the file, one line each; never a secret
    restart: tuple[str, ...] = ()  # keys whose new value applies after a restart


def replace_status(tx: Connection, status: SettingsStatus) -> None:
    """Store *status* in the place of any other."""
    values = {name: getattr(status, name) for name in SettingsStatus.__dataclass_fields__}
    tx.execute(delete(settings_status))
    tx.execute(insert(settings_status).values(**values | {"restart": list(status.restart)}))


def mark_rejected(tx: Connection, problem: str, *, now: datetime) -> None:
    """Store the mistakes of an edit at *now*; the settings in force stay."""
    tx.execute(update(settings_status).values(rejected_at=now, problem=problem))


def file_name(status: SettingsStatus | None) -> str:
    """Return the name of the settings file, without its folder."""
    return Path(status.path).name if status else "harken.yaml"


def current_status(tx: Connection) -> SettingsStatus | None:
    """Return the status of the last run; None before the first."""
    row = tx.execute(select(settings_status)).first()
    if row is None:
        return None
    fields = {name: getattr(row, name) for name in SettingsStatus.__dataclass_fields__}
    return SettingsStatus(**fields | {"restart": tuple(row.restart)})
