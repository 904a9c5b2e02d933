"""``harken check``: a test of the settings and of everything that they name."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import ConfigError
from harken.commands.options import INSTALLATION, Invocation, shared_options
from harken.commands.progress import progress_bar
from harken.commands.tables import Table

if TYPE_CHECKING:
    from harken.checks.result import CheckResult

Offline = Annotated[bool, typer.Option("--offline", help="Do not fetch the sources.")]


@shared_options(INSTALLATION)
def check(invocation: Invocation, offline: Offline = False) -> None:
    """Validate settings, fetch each source once and test every connection. Nothing is stored.

    A warning is no failure. The exit status is 1 if something cannot be reached, 2 if a setting is
    wrong.

    Example: harken check --config harken.yaml
    """
    with progress_bar(invocation, "Checking"):
        results = list(_results(invocation, offline=offline))
    table = Table(
        columns=("result", "check", "details"),
        rows=[(_mark(r), r.what, r.told) for r in results],
        has_header=False,
    )
    rows = [asdict(r) for r in results]
    invocation.print_result("check", {"checks": rows}, [table], ok=all(r.ok for r in results))


def _results(invocation: Invocation, *, offline: bool) -> "Iterator[CheckResult]":
    """Yield all results; what needs a connection is tested if all settings are right."""
    from harken.checks.connections import check_connections
    from harken.checks.settings import check_settings
    from harken.checks.sources import check_sources

    settings = invocation.settings()
    static_results = list(check_settings(settings, invocation.config))
    _reject_mistakes(static_results)
    is_fetched = bool(settings.sources) and not offline
    for result in static_results:
        if not (is_fetched and result.what.startswith("source ")):
            yield result
    if is_fetched:
        yield from check_sources(settings, invocation.clock)
    connections = list(check_connections(settings))
    _reject_mistakes(connections)
    yield from connections


def _reject_mistakes(results: "Iterable[CheckResult]") -> None:
    """Raise ConfigError with every mistake among *results*, one a line."""
    messages = [result.told for result in results if result.misconfigured]
    if messages:
        raise ConfigError("\n".join(messages))


def _mark(result: "CheckResult") -> str:
    if not result.ok:
        return "BAD"
    return "warning" if result.warning else "ok"
