"""Checks of the settings alone: queries and options are valid, and they can do some work."""

from collections.abc import Iterator
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from config.settings import Settings, SourceSettings, WatchSettings
from console.middleware import is_loopback, refuse_open_bind
from core.errors import ConfigError
from harken.checks.private_files import check_private_files
from harken.checks.result import CheckResult, run_check, warning
from harken.pipeline.crawl import source_options
from harken.plural import plural
from harken.settings_mistakes import mistake
from indexer.query.watch_query import compile_watch


def check_settings(settings: Settings, config: Path) -> Iterator[CheckResult]:
    """Yield one result for all settings, one for each watch and source, then warnings.

    *config* is the file that mistakes are located in.
    """
    counts = f"{plural(len(settings.watches), 'watch', 'watches')}, " + plural(
        len(settings.sources), "source"
    )
    yield run_check("settings", lambda: counts)
    for k, watch in enumerate(settings.watches):
        yield run_check(f"watch {watch.slug}", partial(_check_watch, config, k, watch))
    for k, source in enumerate(settings.sources):
        yield run_check(f"source {source.slug}", partial(_check_source, config, k, source))
    yield from _idle_warnings(settings)
    yield from _console_warnings(settings)
    yield from check_private_files(config, settings.state)
    if settings.mail and not _is_address(settings.mail.sender):
        message = f"{settings.mail.sender!r} has no address: use Harken <harken@example.org>"
        yield warning("mail.sender", message)


def _check_watch(config: Path, index: int, watch: WatchSettings) -> str:
    _reject(mistake(config, ("watches", index, "query"), partial(compile_watch, watch.query)))
    return "query is valid"


def _check_source(config: Path, index: int, source: SourceSettings) -> str:
    _reject(mistake(config, ("sources", index), partial(source_options, source)))
    return f"kind {source.kind}"


def _reject(message: str) -> None:
    if message:
        raise ConfigError(message)


def _idle_warnings(settings: Settings) -> Iterator[CheckResult]:
    if not settings.watches:
        yield warning("watches", "none: no post is stored. Add one under watches")
    if not settings.sources:
        yield warning("sources", "none: nothing is crawled. Add one under sources")


def _console_warnings(settings: Settings) -> Iterator[CheckResult]:
    try:
        refuse_open_bind(settings.console.host)
    except ConfigError as error:
        yield warning("console.host", f"`harken run` refuses {error}")
    address = settings.console.base_url
    if settings.mail and (address is None or _is_local(address)):
        reason = f"{address!r} is a loopback address" if address else "not set"
        message = "links in emails will only open on this machine: set console.base_url"
        yield warning("console.base_url", f"{reason}; {message}")


def _is_local(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def _is_address(sender: str) -> bool:
    account, _, host = parseaddr(sender)[1].rpartition("@")
    return bool(account and host)
