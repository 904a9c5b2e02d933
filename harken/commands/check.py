"""``harken check``: a test of the settings and of everything that they name."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from core.errors import ConfigError, HarkenError
from harken.commands.options import INSTALLATION, Invocation, shared_options
from harken.commands.tables import Table


@shared_options(INSTALLATION)
def check(invocation: Invocation) -> None:
    """Validate settings and test every connection.

    Example: harken check --config harken.yaml
    """
    settings = invocation.settings()
    checks = [_run_check(name, probe) for name, probe in _checks(settings, invocation.config)]
    table = Table(
        columns=("result", "check", "details"),
        rows=[("ok" if f["ok"] else "BAD", f["what"], f["told"]) for f in checks],
        has_header=False,
    )
    messages = [f["told"] for f in checks if f["misconfigured"]]
    if messages:
        raise ConfigError("\n".join(messages))
    is_ok = all(f["ok"] for f in checks)
    invocation.print_result("check", {"checks": checks}, [table], ok=is_ok)


def _checks(settings: Any, config: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    yield "settings", lambda: f"watches: {len(settings.watches)}, sources: {len(settings.sources)}"
    for k, watch in enumerate(settings.watches):
        yield f"watch {watch.slug}", lambda k=k, w=watch: _check_watch(config, k, w)  # type: ignore[misc]  # bound now
    for k, source in enumerate(settings.sources):
        yield f"source {source.slug}", lambda k=k, s=source: _check_source(config, k, s)  # type: ignore[misc]  # bound now
    yield "record", lambda: _check_database(settings)
    yield "index", lambda: _check_index(settings)
    yield "model", lambda: _check_model(settings)
    if settings.mail is not None:
        yield "mail", lambda: _check_mail(settings)


def _check_watch(config: Path, index: int, watch: Any) -> str:
    from config.load import format_error
    from core.errors import QueryError
    from indexer.query.watch_query import compile_watch

    try:
        compile_watch(watch.query)
    except QueryError as error:
        message = f"{error} (at character {error.column + 1})"
        raise ConfigError(format_error(config, ("watches", index, "query"), message)) from None
    return "query is valid"


def _check_source(config: Path, index: int, source: Any) -> str:
    from config.load import format_error
    from harken.pipeline.crawl import source_options

    try:
        source_options(source)
    except ConfigError as error:
        raise ConfigError(format_error(config, ("sources", index), str(error))) from None
    return f"kind {source.kind}"


def _check_database(settings: Any) -> str:
    from harken import wiring

    database = wiring.open_database(settings)
    return f"schema {database.version()}"


def _check_index(settings: Any) -> str:
    from harken import wiring

    if settings.index == "tantivy" and not (settings.state / "index").exists():
        return "none yet; the first run creates it"
    with wiring.open_index(settings, writer=False) as engine:
        health = engine.health()
    return f"mentions: {health.docs}, {health.detail}"


def _check_model(settings: Any) -> str:
    from harken import wiring
    from store.analysis import rescoring

    name, database = wiring.open_model(settings).name, wiring.open_database(settings)
    with database.read() as tx:
        remaining = rescoring.remaining(tx, name)
    if not remaining:
        return name
    hint = "to re-score: harken analyse --again"
    return f"{name}; mentions scored by another model: {remaining}; {hint}"


def _check_mail(settings: Any) -> str:
    from harken import wiring

    wiring.channels(settings)["email"].probe()
    return f"{settings.mail.host}:{settings.mail.port} responds"


def _run_check(what: str, probe: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"what": what, "ok": True, "told": probe(), "misconfigured": False}
    except HarkenError as error:
        is_misconfigured = isinstance(error, ConfigError)
        return {"what": what, "ok": False, "told": str(error), "misconfigured": is_misconfigured}
