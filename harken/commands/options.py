"""Options that commands share, and the decorator that adds them to a command."""

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias

import typer

from core.errors import ConfigError
from core.timestamps import parse_utc
from harken.clock import Clock

if TYPE_CHECKING:
    from config.settings import Settings
    from config.settings_file import SettingsFile
    from harken.commands.tables import Output
    from store.database import Database

ConfigFile = Annotated[Path, typer.Option("--config", help="Settings file.")]
StateFolder = Annotated[
    Path | None, typer.Option("--state", help="Folder for database, index and keys.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Now = Annotated[str | None, typer.Option("--now", help="Start the clock at this time (ISO 8601).")]
Offset = Annotated[
    float, typer.Option("--offset", hidden=True, help="Offset of the clock, seconds.")
]
Follow = Annotated[bool, typer.Option("--follow", help="Keep running.")]
IsChild = Annotated[bool, typer.Option("--child", hidden=True, help="Stop when the parent stops.")]

CONFIG = Path("harken.yaml")
STDIN: Final = Path("-")  # as --config: the settings of the parent, see config.handover
VALID_YEARS: Final = range(1970, 2200)  # from the epoch; far from the limit of datetime
SharedOption: TypeAlias = Literal["config", "state", "as_json", "now", "offset", "child"]
# Type and default of each shared option, in the order of --help.
_SHARED_OPTIONS: Final[Mapping[SharedOption, tuple[Any, Any]]] = MappingProxyType(
    {
        "config": (ConfigFile, CONFIG),
        "state": (StateFolder, None),
        "as_json": (AsJson, False),
        "now": (Now, None),
        "offset": (Offset, 0.0),
        "child": (IsChild, False),
    }
)
INSTALLATION: Final[tuple[SharedOption, ...]] = ("config", "state", "as_json")
STEP: Final[tuple[SharedOption, ...]] = (*INSTALLATION, "now")
PROCESS: Final[tuple[SharedOption, ...]] = (*STEP, "offset", "child")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """Shared options of one call of a command."""

    config: Path
    state: Path | None
    json: bool
    clock: Clock
    is_child: bool = False  # started by `harken run`, and ends with it

    def settings(self) -> "Settings":
        """Read the settings file; ``state``, if given, replaces its folder.

        A child of ``harken run`` gets the settings in force as its standard input (--config -).

        Raises:
            ConfigError: the file is missing or wrong.
        """
        if self.config == STDIN:
            from config.handover import deserialize

            return deserialize(sys.stdin.read())
        return self.settings_file().load()

    def settings_or_default(self) -> "Settings":
        """Read the settings file; return the default settings if none has the usual name.

        Raises:
            ConfigError: the file is wrong, or another one is named and missing.
        """
        from config.settings import Settings

        has_no_settings = self.config == CONFIG and not CONFIG.exists()
        return Settings() if has_no_settings else self.settings()

    def settings_file(self) -> "SettingsFile":
        """Return the settings file, to be loaded later; nothing is read."""
        from config.settings_file import SettingsFile
        from harken.plugin_settings import plugin_problems

        environ = os.environ  # noqa: TID251 - the one place
        return SettingsFile(self.config, environ, self.state, plugin_problems)

    def open(self) -> tuple["Settings", "Database"]:
        """Read the settings and open their database.

        Raises:
            ConfigError: as :meth:`settings`, or the database cannot be opened.
        """
        from harken import wiring

        settings = self.settings()
        return settings, wiring.open_database(settings)

    def print_result(
        self, verb: str, result: Mapping[str, Any], output: "Iterable[Output]", *, ok: bool = True
    ) -> None:
        """Print *result* as JSON with --json, else *output*. Exit with status 1 if not *ok*."""
        from harken.commands.output import print_result

        print_result(verb, result, output, now=self.clock.now(), as_json=self.json, ok=ok)


def shared_options(
    names: Iterable[SharedOption], *, has_log: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that adds the options *names* to a command, after its own.

    The command gets their values as one :class:`Invocation`, its first argument. Before it runs,
    logging is configured, and a child process is tied to the life of its parent. With *has_log* the
    command prints its log on a terminal as well; the others print a progress bar and a result.
    """
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in _SHARED_OPTIONS.items()
        if name in names
    ]

    def decorate(verb: Callable[..., None]) -> Callable[..., None]:
        """Return *verb* with the signature that typer reads its options from."""
        _, *own = inspect.signature(verb).parameters.values()
        own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
        signature = inspect.Signature([*own, *shared])

        @functools.wraps(verb)
        def command(**arguments: Any) -> None:
            """Start the process and run the command."""
            bound = signature.bind(**arguments)
            bound.apply_defaults()
            values = {p.name: bound.arguments.pop(p.name) for p in shared}
            verb(_start(values, has_log=has_log), **bound.arguments)

        command.__signature__ = signature  # type: ignore[attr-defined] # read by inspect
        return command

    return decorate


def _start(values: Mapping[str, Any], *, has_log: bool) -> Invocation:
    """Configure this process for a command with the shared options *values*."""
    from harken.logs import configure_logging, is_terminal
    from harken.runtime.child import die_with_parent

    is_child, as_json = values.get("child", False), values["as_json"]
    if is_child:
        die_with_parent()
    is_quiet = not (has_log or is_child) and (as_json or is_terminal())
    configure_logging("WARNING" if is_quiet else "INFO")
    return make_invocation(
        values.get("config", CONFIG),
        values.get("state"),
        json=as_json,
        now=values.get("now"),
        offset=values.get("offset", 0.0),
        is_child=is_child,
    )


def make_invocation(
    config: Path,
    state: Path | None,
    *,
    json: bool,
    now: str | None = None,
    offset: float = 0,
    is_child: bool = False,
) -> Invocation:
    """Build the invocation of a command. Without *now* the clock runs *offset* seconds ahead.

    Raises:
        ConfigError: *now* is not a time in ``VALID_YEARS``.
    """
    clock = Clock.starting_at(_parse_now(now)) if now else Clock(timedelta(seconds=offset))
    return Invocation(config=config, state=state, json=json, clock=clock, is_child=is_child)


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
