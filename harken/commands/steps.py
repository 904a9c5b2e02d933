"""Commands of the steps, one each, and ``run``, which runs them all on a schedule."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import ConfigError
from harken.commands.options import (
    CONFIG,
    AsJson,
    ConfigFile,
    Invocation,
    IsChild,
    Now,
    Offset,
    StateFolder,
    make_invocation,
)
from harken.commands.output import print_err, print_result

if TYPE_CHECKING:
    from config.settings import Settings
    from harken.pipeline.step_result import StepResult
    from store.database import Database

Follow = Annotated[bool, typer.Option("--follow", help="Keep running.")]
TopicsOnly = Annotated[
    bool,
    typer.Option("--topics-only", help="Classify topics again with the current settings."),
]
NamesOnly = Annotated[
    bool,
    typer.Option("--names-only", help="Re-extract names with the current settings."),
]
Again = Annotated[
    bool, typer.Option("--again", help="Re-score mentions scored by a different model.")
]
WorkerName = Annotated[str, typer.Option("--name", hidden=True, help="Name of this worker.")]


def crawl(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Slugs of sources. Default: all.")
    ] = None,
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
    offset: Offset = 0.0,
    child: IsChild = False,
) -> None:
    """Crawl sources once and store their mentions.

    Example: harken crawl blog forum
    """
    invocation = _start(config, state, as_json, now, offset, child=child)
    if child:
        from crawlers.process_limits import limit_child

        limit_child()
    from console.serializers import source_rows
    from harken import wiring
    from harken.pipeline import crawl as step
    from harken.settings_sync import sync_settings

    settings = invocation.settings()
    database = wiring.open_database(settings)
    if not child:
        sync_settings(database, settings, now=invocation.clock.now())
    step.crawl_sources(settings, invocation.clock, sources or [])
    if not child:
        with database.read() as tx:
            rows = [
                r for r in source_rows(tx, now=invocation.clock.now()) if _is_selected(r, sources)
            ]
        lines = [
            f"crawl {r['name']}: {r['state']}, {r['fetched']} fetched, {r['new']} new, "
            f"{r['known']} unchanged, {r['requests']} requests"
            for r in rows
        ]
        at = invocation.clock.now()
        print_result(
            "crawl", {"sources": rows}, lines, now=at, as_json=as_json, ok=_is_useful(rows)
        )


def analyse(
    topics_only: TopicsOnly = False,
    names_only: NamesOnly = False,
    again: Again = False,
    follow: Follow = False,
    name: WorkerName = "analyse",
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
    offset: Offset = 0.0,
    child: IsChild = False,
) -> None:
    """Score pending mentions: language, sentiment, topics.

    --topics-only classifies the topics of all stored mentions again and scores nothing; done counts
    the mentions whose topics changed. --names-only does the same for products, people, places,
    hashtags, links and phrases. It needs no model.

    --again re-scores mentions that a different model scored, newest first, and mentions without a
    score for one of their watches. New mentions go first, and Harken can keep running. If stopped,
    the next call continues. Old scores stay in the database.

    Example: harken analyse --again
    """
    from harken.runtime import workers

    invocation = _start(config, state, as_json, now, offset, child=child)
    if topics_only + names_only + again + follow > 1:
        message = "--topics-only, --names-only, --again and --follow cannot be combined"
        raise ConfigError(f"{message}: use one of them.")
    if again:
        _print_rescoring(
            *workers.rescore_mentions(invocation.settings(), invocation.clock), invocation
        )
        return
    if topics_only:
        step_result = workers.reclassify_topics(invocation.settings(), invocation.clock)
    elif names_only:
        step_result = workers.reextract_entities(invocation.settings(), invocation.clock)
    else:
        step_result = workers.run_analyse_worker(
            invocation.settings(), invocation.clock, follow=follow, name=name
        )
    _print_step("analyse", step_result, invocation)


def index(
    follow: Follow = False,
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
    offset: Offset = 0.0,
    child: IsChild = False,
) -> None:
    """Update the search index with stored changes.

    Example: harken index --follow
    """
    from harken.runtime import workers

    invocation = _start(config, state, as_json, now, offset, child=child)
    _print_step(
        "index",
        workers.run_index_writer(invocation.settings(), invocation.clock, follow=follow),
        invocation,
    )


def detect(
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Detect incidents and queue their emails.

    Example: harken detect
    """
    invocation = _start(config, state, as_json, now, 0)
    from harken.runtime.alert_loop import AlertLoop

    settings, database = _open(invocation)
    event_count = AlertLoop(database, settings, invocation.clock).detect()
    result = {"events": event_count, "started": event_count is not None}
    line = (
        "detect: waiting for the first back-fill"
        if event_count is None
        else f"detect: new events: {event_count}"
    )
    print_result("detect", result, [line], now=invocation.clock.now(), as_json=as_json)


def deliver(
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Send the emails that are due.

    Example: harken deliver
    """
    invocation = _start(config, state, as_json, now, 0)
    from harken import wiring
    from harken.pipeline.deliver import deliver_due

    settings, database = _open(invocation)
    step_result = deliver_due(database, wiring.channels(settings), now=invocation.clock.now())
    result = {
        "due": step_result.total,
        "sent": step_result.successes,
        "failed": step_result.failures,
    }
    line = f"deliver: {result['due']} due, {result['sent']} sent, {result['failed']} failed"
    print_result(
        "deliver",
        result,
        [line],
        now=invocation.clock.now(),
        as_json=as_json,
        ok=not step_result.failures,
    )


def digest(
    date: Annotated[
        str | None, typer.Option("--date", help="Local date, YYYY-MM-DD. Default: all due.")
    ] = None,
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Queue the digests that are due, or those of one day.

    Example: harken digest --date 2026-11-21
    """
    invocation = _start(config, state, as_json, now, 0)
    from harken.runtime.alert_loop import AlertLoop

    settings, database = _open(invocation)
    count = AlertLoop(database, settings, invocation.clock).digest(date)
    line = f"digest: {count} queued"
    print_result("digest", {"written": count}, [line], now=invocation.clock.now(), as_json=as_json)


def run(
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
    offset: Offset = 0.0,
    child: IsChild = False,
) -> None:
    """Crawl, score, index, detect and send emails on schedule, and serve the console.

    With --json one object is printed once the console is ready; Harken keeps running.

    Example: harken run --config harken.yaml
    """
    invocation = _start(config, state, as_json=False, now=now, offset=offset, child=child)
    import asyncio

    from harken.runtime.run import Runtime

    def on_ready(url: str) -> None:
        """Print the URL of the console."""
        print_err(f"Harken is running. Console: {url}")
        result = {"url": url, "pid": os.getpid()}
        print_result("run", result, [], now=invocation.clock.now(), as_json=as_json)

    asyncio.run(Runtime(invocation.settings(), config, invocation.clock).serve(on_ready))


def _start(
    config: ConfigFile,
    state: StateFolder,
    as_json: AsJson,
    now: Now,
    offset: Offset,
    *,
    child: bool = False,
) -> Invocation:
    from harken.logs import configure_logging
    from harken.runtime.child import die_with_parent

    if child:
        die_with_parent()
    configure_logging("WARNING" if as_json else "INFO")
    return make_invocation(config, state, json=as_json, now=now, offset=offset)


def _open(invocation: Invocation) -> tuple["Settings", "Database"]:
    from harken import wiring

    settings = invocation.settings()
    return settings, wiring.open_database(settings)


def _counts(step_result: "StepResult") -> dict[str, int]:
    """Return the counts under their keys in the JSON of a step."""
    return {
        "taken": step_result.total,
        "done": step_result.successes,
        "failed": step_result.failures,
    }


def _print_step(verb: str, step_result: "StepResult", invocation: Invocation) -> None:
    result = _counts(step_result)
    line = f"{verb}: {result['taken']} taken, {result['done']} done, {result['failed']} failed"
    print_result(verb, result, [line], now=invocation.clock.now(), as_json=invocation.json)


def _print_rescoring(
    queue_size: int, step_result: "StepResult", remaining: int, invocation: Invocation
) -> None:
    result = _counts(step_result) | {
        "queued": queue_size,
        "scored": step_result.successes,
        "left": remaining,
    }
    line = f"analyse: {queue_size} queued, {step_result.successes} scored, {remaining} left"
    print_result("analyse", result, [line], now=invocation.clock.now(), as_json=invocation.json)


def _is_useful(rows: list[dict[str, Any]]) -> bool:
    """Return True unless every source failed: one of many is often down."""
    return not rows or any(row["state"] != "failed" for row in rows)


def _is_selected(row: dict[str, object], slugs: list[str] | None) -> bool:
    return not slugs or row["name"] in slugs


def rebuild(
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Rebuild the search index.

    Example: harken rebuild
    """
    invocation = _start(config, state, as_json, now, 0)
    from harken import wiring
    from harken.runtime import workers
    from store import changes

    settings, database = _open(invocation)
    with database.write() as tx:
        changes.commit_offset(tx, wiring.index_consumer(settings), 0, now=invocation.clock.now())
    step_result = workers.run_index_writer(settings, invocation.clock, follow=False)
    line = f"rebuild: {step_result.total} indexed"
    print_result(
        "rebuild", {"taken": step_result.total}, [line], now=invocation.clock.now(), as_json=as_json
    )
