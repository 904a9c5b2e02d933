"""``harken init`` writes the settings, ``harken check`` tests them."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from core.errors import ConfigError, HarkenError
from harken.clock import Clock
from harken.commands.options import CONFIG, AsJson, ConfigFile, StateFolder, make_invocation
from harken.commands.output import print_result, write_file

_SOURCE = """\
  - slug: {slug}
    kind: feed          # RSS or Atom
    every: 15m
    options:
      url: {url}"""
_SOURCE_COMMENT = """\
  []
#  - slug: blog
#    kind: feed         # RSS or Atom; others: forum, mastodon, wordpress
#    every: 15m
#    options:
#      url: https://blog.example.org/feed.xml"""


def init(
    brand: Annotated[str, typer.Option("--brand", help="Brand to watch.")] = "Acme",
    feed: Annotated[list[str] | None, typer.Option("--feed", help="Feed URL; repeatable.")] = None,
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write a commented harken.yaml to start from.

    Example: harken init --brand Acme --feed https://blog.example.org/feed.xml
    """
    if config.exists():
        raise ConfigError(
            f"{config}: already exists. Remove it, or use another file with --config."
        )
    write_file(config, _example(brand, feed or [], state))
    line = f"Wrote {config}. Review it, then run: harken check, harken run."
    print_result("init", {"config": str(config)}, [line], now=Clock().now(), as_json=as_json)


def _example(brand: str, feeds: Sequence[str], state: Path | None) -> str:
    from indexer.query.nodes import quote

    sources = [_SOURCE.format(slug=f"feed-{n}", url=_scalar(url)) for n, url in enumerate(feeds, 1)]
    substitutions = {
        "brand": _scalar(brand),
        "slug": _scalar(_slug(brand)),
        "query": _scalar(quote(brand)),
        "sources": "\n".join(sources) or _SOURCE_COMMENT,
    }
    text = files("config").joinpath("harken.example.yaml").read_text(encoding="utf-8")
    if state is not None:
        text = text.replace("state: state ", f"state: {_scalar(str(state.absolute()))} ", 1)
    return re.sub(r"'?\{(brand|slug|query|sources)\}'?", lambda m: substitutions[m[1]], text)


def _scalar(text: str) -> str:
    """Return *text* as a YAML scalar, quoted only if YAML needs it: On is a brand of shoes."""
    style = None if text.isprintable() else '"'
    line = yaml.safe_dump(
        [text], default_flow_style=True, default_style=style, allow_unicode=True, width=sys.maxsize
    )
    return line.strip()[1:-1]


def check(config: ConfigFile = CONFIG, state: StateFolder = None, as_json: AsJson = False) -> None:
    """Validate settings and test every connection.

    Example: harken check --config harken.yaml
    """
    invocation = make_invocation(config, state, json=as_json)
    settings = invocation.settings()
    checks = [_run_check(name, probe) for name, probe in _checks(settings, config)]
    lines = [f"{'ok ' if f['ok'] else 'BAD'} {f['what']}: {f['told']}" for f in checks]
    messages = [f["told"] for f in checks if f["misconfigured"]]
    if messages:
        raise ConfigError("\n".join(messages))
    is_ok = all(f["ok"] for f in checks)
    print_result(
        "check", {"checks": checks}, lines, now=invocation.clock.now(), as_json=as_json, ok=is_ok
    )


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


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "brand"
