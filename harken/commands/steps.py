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

Follow = Annotated[bool, typer.Option("--follow", help="Go on for ever.")]
TopicsOnly = Annotated[
    bool,
    typer.Option("--topics-only", help="Judge all topics anew, as harken.yaml has them now."),
]
NamesOnly = Annotated[
    bool,
    typer.Option("--names-only", help="Tell anew what texts name, as harken.yaml has it now."),
]
Again = Annotated[
    bool, typer.Option("--again", help="Read anew what another model judged than that of now.")
]
WorkerName = Annotated[str, typer.Option("--name", hidden=True, help="Of one worker of several.")]


def crawl(
    sources: Annotated[list[str] | None, typer.Argument(help="Slugs; none: all.")] = None,
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
    offset: Offset = 0.0,
    child: IsChild = False,
) -> None:
    """Crawl sources once; their mentions go into the record."""
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
            f"{r['known']} known, {r['requests']} requests"
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
    """Score what is pending: language, sentiment, topics.

    With --topics-only nothing is read again: everything in the record gets the topics that
    harken.yaml has now; done are those whose topics are others than before. --names-only does so
    with products, people, places, hashtags, links and phrases, and needs no model.

    With --again the model of harken.yaml reads what another one judged, the newest mentions first,
    and those that name a watch they were not read towards. New mentions go before; a running Harken
    goes on meanwhile. Killed, it goes on with the next call. The old verdicts stay in the record.
    """
    from harken.runtime import workers

    asked = _begin(config, state, as_json, now, offset, child=child)
    if topics_only + names_only + again + follow > 1:
        told = "--topics-only, --names-only and --again end when all is told, each on its own"
        raise ConfigError(f"{told}: leave --follow out, and all but one of them.")
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
    """Bring the index up to the record's change feed."""
    from harken.runtime import workers

    asked = _begin(config, state, as_json, now, offset, child=child)
    _tell("index", workers.index(asked.settings(), asked.clock, follow=follow), asked)


def detect(
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Look for crises; what is found is put into the outbox."""
    asked = _begin(config, state, as_json, now, 0)
    from harken.runtime.alert_loop import Watchtower

    settings, record = _opened(asked)
    found = Watchtower(record, settings, asked.clock).detect()
    result = {"events": found, "started": found is not None}
    line = (
        "detect: the first back-fill has not ended" if found is None else f"detect: {found} events"
    )
    show("detect", result, [line], now=asked.clock.now(), as_json=as_json)


def deliver(
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Send the letters that are due."""
    asked = _begin(config, state, as_json, now, 0)
    from harken import wiring
    from harken.pipeline import steps

    settings, record = _opened(asked)
    tally = steps.deliver(record, wiring.channels(settings), now=asked.clock.now())
    result = {"due": tally.taken, "sent": tally.done, "failed": tally.failed}
    line = f"deliver: {tally.taken} due, {tally.done} sent, {tally.failed} not"
    show("deliver", result, [line], now=asked.clock.now(), as_json=as_json, ok=not tally.failed)


def digest(
    date: Annotated[str | None, typer.Option("--date", help="The local day; none: due.")] = None,
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Write the digests that are due into the outbox."""
    asked = _begin(config, state, as_json, now, 0)
    from harken.runtime.alert_loop import Watchtower

    settings, record = _opened(asked)
    written = Watchtower(record, settings, asked.clock).digest(date)
    line = f"digest: {written} written"
    show("digest", {"written": written}, [line], now=asked.clock.now(), as_json=as_json)


def run(
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
    now: Now = None,
    offset: Offset = 0.0,
    child: IsChild = False,
) -> None:
    """Crawl, score, index, detect and mail on schedule, and serve the console.

    With --json the one object comes once the console listens; the run goes on.
    """
    asked = _begin(config, state, as_json=False, now=now, offset=offset, child=child)
    import asyncio

    from harken.runtime.run import Run

    def begun(url: str) -> None:
        """Say where the console is."""
        talk(f"Harken listens; the console is at {url}")
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
    line = f"analyse: {queued} queued, {tally.done} read, {left} left"
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
    """Tell the index everything again, from the record."""
    asked = _begin(config, state, as_json, now, 0)
    from harken import wiring
    from harken.runtime import workers
    from store import changes

    settings, record = _opened(asked)
    with record.write() as tx:
        changes.advance(tx, wiring.follower(settings), 0, now=asked.clock.now())
    tally = workers.index(settings, asked.clock, follow=False)
    line = f"rebuild: {tally.taken} mentions told again"
    show("rebuild", {"taken": tally.taken}, [line], now=asked.clock.now(), as_json=as_json)
