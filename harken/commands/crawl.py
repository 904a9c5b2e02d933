"""``harken crawl``: the crawl of some sources, once."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from core.errors import HarkenError
from harken.commands.listings import source_table
from harken.commands.options import CONFIG, PROCESS, Invocation, make_invocation, shared_options
from harken.commands.progress import progress_bar


def _complete_source(context: typer.Context, incomplete: str) -> list[str]:
    """Return the slugs of sources that start with *incomplete*, for the shell; none on an error."""
    config, state = context.params.get("config") or CONFIG, context.params.get("state")
    try:
        settings = make_invocation(config, state, json=False).settings()
    except HarkenError:
        return []
    return [s.slug for s in settings.sources if s.slug.startswith(incomplete)]


SourceSlugs = Annotated[
    list[str] | None,
    typer.Argument(help="Slugs of sources. Default: all.", autocompletion=_complete_source),
]


@shared_options(PROCESS)
def crawl(invocation: Invocation, sources: SourceSlugs = None) -> None:
    """Crawl sources once and store their mentions.

    Example: harken crawl blog forum
    """
    if invocation.is_child:
        from crawlers.process_limits import limit_child

        limit_child()
    from harken.pipeline.crawl import crawl_sources
    from harken.settings_sync import sync_settings

    settings, database = invocation.open()
    if not invocation.is_child:
        sync_settings(database, settings, now=invocation.clock.now())
    with progress_bar(invocation, "Crawling sources") as progress:
        crawl_sources(settings, invocation.clock, sources or [], progress)
    if not invocation.is_child:
        with database.read() as tx:
            _print_sources(tx, invocation, sources or [])


def _print_sources(tx: Any, invocation: Invocation, slugs: Sequence[str]) -> None:
    from console.serializers import source_rows

    rows = source_rows(tx, now=invocation.clock.now())
    rows = [row for row in rows if not slugs or row["name"] in slugs]
    columns = {
        "name": "source",
        "state": "state",
        "fetched": "fetched",
        "new": "new",
        "known": "unchanged",
        "requests": "requests",
    }
    output = source_table(rows, columns)
    invocation.print_result("crawl", {"sources": rows}, output, ok=_is_useful(rows))


def _is_useful(rows: Sequence[dict[str, Any]]) -> bool:
    """Return True unless every source failed: one of many is often down."""
    return not rows or any(row["state"] != "failed" for row in rows)
