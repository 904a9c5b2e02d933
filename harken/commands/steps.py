"""The steps as verbs, one by one, and ``run``, which does them all on a schedule."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import ConfigError
from harken.commands.options import (
    CONFIG,
    AsJson,
    Call,
    ConfigFile,
    IsChild,
    Now,
    Offset,
    StateFolder,
    call,
)
from harken.commands.output import show, talk

if TYPE_CHECKING:
    from config.settings import Settings
    from harken.pipeline.steps import Tally
    from store.database import Record

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
    if child:
        from crawlers.process_limits import limit_child

        limit_child()
    asked = _begin(config, state, as_json, now, offset)
    from console.serializers import source_rows
    from harken import wiring
    from harken.pipeline import crawl as step
    from harken.settings_sync import seed

    settings = asked.settings()
    record = wiring.open_record(settings)
    if not child:
        seed(record, settings, now=asked.clock.now())
    step.crawl(settings, asked.clock, sources or [])
    if not child:
        with record.read() as tx:
            rows = [r for r in source_rows(tx, now=asked.clock.now()) if _among(r, sources)]
        lines = [
            f"crawl {r['name']}: {r['state']}, {r['fetched']} fetched, {r['new']} new, "
            f"{r['known']} unchanged, {r['requests']} requests"
            for r in rows
        ]
        at = asked.clock.now()
        show("crawl", {"sources": rows}, lines, now=at, as_json=as_json, ok=_heard(rows))


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

    asked = _begin(config, state, as_json, now, offset, child=child)
    if topics_only + names_only + again + follow > 1:
        told = "--topics-only, --names-only, --again and --follow cannot be combined"
        raise ConfigError(f"{told}: use one of them.")
    if again:
        _tell_again(*workers.again(asked.settings(), asked.clock), asked)
        return
    if topics_only:
        tally = workers.retell(asked.settings(), asked.clock)
    elif names_only:
        tally = workers.rename(asked.settings(), asked.clock)
    else:
        tally = workers.analyse(asked.settings(), asked.clock, follow=follow, name=name)
    _tell("analyse", tally, asked)


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

    asked = _begin(config, state, as_json, now, offset, child=child)
    _tell("index", workers.index(asked.settings(), asked.clock, follow=follow), asked)


def detect(
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Detect incidents and queue their emails.

    Example: harken detect
    """
    asked = _begin(config, state, as_json, now, 0)
    from harken.runtime.alert_loop import Watchtower

    settings, record = _opened(asked)
    found = Watchtower(record, settings, asked.clock).detect()
    result = {"events": found, "started": found is not None}
    line = (
        "detect: waiting for the first back-fill"
        if found is None
        else f"detect: new events: {found}"
    )
    show("detect", result, [line], now=asked.clock.now(), as_json=as_json)


def deliver(
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Send the emails that are due.

    Example: harken deliver
    """
    asked = _begin(config, state, as_json, now, 0)
    from harken import wiring
    from harken.pipeline import steps

    settings, record = _opened(asked)
    tally = steps.deliver(record, wiring.channels(settings), now=asked.clock.now())
    result = {"due": tally.taken, "sent": tally.done, "failed": tally.failed}
    line = f"deliver: {tally.taken} due, {tally.done} sent, {tally.failed} failed"
    show("deliver", result, [line], now=asked.clock.now(), as_json=as_json, ok=not tally.failed)


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
    asked = _begin(config, state, as_json, now, 0)
    from harken.runtime.alert_loop import Watchtower

    settings, record = _opened(asked)
    written = Watchtower(record, settings, asked.clock).digest(date)
    line = f"digest: {written} queued"
    show("digest", {"written": written}, [line], now=asked.clock.now(), as_json=as_json)


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
    asked = _begin(config, state, as_json=False, now=now, offset=offset, child=child)
    import asyncio

    from harken.runtime.run import Run

    def begun(url: str) -> None:
        """Say where the console is."""
        talk(f"Harken is running. Console: {url}")
        result = {"url": url, "pid": os.getpid()}
        show("run", result, [], now=asked.clock.now(), as_json=as_json)

    asyncio.run(Run(asked.settings(), config, asked.clock).serve(begun))


def _begin(
    config: ConfigFile,
    state: StateFolder,
    as_json: AsJson,
    now: Now,
    offset: Offset,
    *,
    child: bool = False,
) -> Call:
    from harken.logs import open_journal
    from harken.runtime.child import die_with_parent

    if child:
        die_with_parent()
    open_journal("WARNING" if as_json else "INFO")
    return call(config, state, json=as_json, now=now, offset=offset)


def _opened(asked: Call) -> tuple["Settings", "Record"]:
    from harken import wiring

    settings = asked.settings()
    return settings, wiring.open_record(settings)


def _tell(verb: str, tally: "Tally", asked: Call) -> None:
    result = {"taken": tally.taken, "done": tally.done, "failed": tally.failed}
    line = f"{verb}: {tally.taken} taken, {tally.done} done, {tally.failed} failed"
    show(verb, result, [line], now=asked.clock.now(), as_json=asked.json)


def _tell_again(queued: int, tally: "Tally", left: int, asked: Call) -> None:
    counts = {"taken": tally.taken, "done": tally.done, "failed": tally.failed}
    result = counts | {"queued": queued, "scored": tally.done, "left": left}
    line = f"analyse: {queued} queued, {tally.done} scored, {left} left"
    show("analyse", result, [line], now=asked.clock.now(), as_json=asked.json)


def _heard(rows: list[dict[str, Any]]) -> bool:
    """Whether the crawl was of use: of many sources one is often down."""
    return not rows or any(row["state"] != "failed" for row in rows)


def _among(row: dict[str, object], slugs: list[str] | None) -> bool:
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
    asked = _begin(config, state, as_json, now, 0)
    from harken import wiring
    from harken.runtime import workers
    from store import changes

    settings, record = _opened(asked)
    with record.write() as tx:
        changes.advance(tx, wiring.follower(settings), 0, now=asked.clock.now())
    tally = workers.index(settings, asked.clock, follow=False)
    line = f"rebuild: {tally.taken} indexed"
    show("rebuild", {"taken": tally.taken}, [line], now=asked.clock.now(), as_json=as_json)
