"""Options that commands share."""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from core.errors import ConfigError
from core.timestamps import parse_utc
from harken.clock import Clock

if TYPE_CHECKING:
    from config.settings import Settings

ConfigFile = Annotated[Path, typer.Option("--config", help="Settings file.")]
StateFolder = Annotated[
    Path | None, typer.Option("--state", help="Folder for database, index and keys.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Now = Annotated[str | None, typer.Option("--now", help="Start the clock at this time (ISO 8601).")]
Offset = Annotated[
    float, typer.Option("--offset", hidden=True, help="Offset of the clock, seconds.")
]
IsChild = Annotated[bool, typer.Option("--child", hidden=True, help="Stop when the parent stops.")]

CONFIG = Path("harken.yaml")
VALID_YEARS: Final = range(1970, 2200)  # from the epoch; far from the limit of datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """Shared options of one call of a command."""

    config: Path
    state: Path | None
    json: bool
    clock: Clock

    def settings(self) -> "Settings":
        """Read the settings file; ``state``, if given, replaces its folder.

        Raises:
            ConfigError: the file is missing or wrong.
        """
        from config.load import load

        return load(self.config, os.environ, state=self.state)  # noqa: TID251 - the one place


def make_invocation(
    config: Path, state: Path | None, *, json: bool, now: str | None = None, offset: float = 0
) -> Invocation:
    """Build the invocation of a command. Without *now* the clock runs *offset* seconds ahead.

    Raises:
        ConfigError: *now* is not a time in ``VALID_YEARS``.
    """
    clock = Clock.starting_at(_parse_now(now)) if now else Clock(timedelta(seconds=offset))
    return Invocation(config=config, state=state, json=json, clock=clock)


def _parse_now(text: str) -> datetime:
    try:
        at = parse_utc(text)
    except (ValueError, OverflowError):
        at = None
    if at is None or at.year not in VALID_YEARS:
        raise ConfigError(
            f"--now: {text!r} is not a time in the years {VALID_YEARS[0]} to {VALID_YEARS[-1]}. "
            "Use ISO 8601, e.g. 2026-11-22T06:00:00Z."
        )
    return at
