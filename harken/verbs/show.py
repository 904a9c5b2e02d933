"""``harken demo``: the whole product on an invented brand, with no network, server or key."""

import signal
import time
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from harken.verbs.options import Now, call
from harken.verbs.output import show, talk


def demo(
    check: Annotated[
        bool, typer.Option("--check", help="Headless; compare with the truth.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Of the invented corpus.")] = 1,
    corpus: Annotated[Path | None, typer.Option("--corpus", help="A corpus of your own.")] = None,
    index: Annotated[
        str, typer.Option("--index", help="tantivy, or an Elasticsearch.")
    ] = "tantivy",
    calm: Annotated[bool, typer.Option("--calm", help="Nothing happens.")] = False,
    fault: Annotated[str | None, typer.Option("--fault", help="scorer|source|index|smtp.")] = None,
    live: Annotated[float | None, typer.Option("--live", help="A second crisis; seconds.")] = None,
    folder: Annotated[Path, typer.Option("--dir", help="Where it lies.")] = Path("harken-demo"),
    port: Annotated[int, typer.Option("--port", help="Of the console; 0: any.")] = 0,
    now: Now = None,
) -> None:
    """Crawl, score, index, raise a crisis and mail a digest of an invented brand."""
    from harken.demo import show as course
    from harken.demo.faults import check_name
    from harken.demo.play import Plan

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that all we started ends too
    if fault is not None:
        check_name(fault)
    clock = call(Path("harken.yaml"), None, json=check, now=now).clock
    plan = Plan(
        folder=folder.resolve(),
        seed=seed,
        corpus=corpus,
        index=index,
        calm=calm,
        fault=fault,
        live=live,
        port=port,
    )
    if check:
        result = course.check(plan, clock)
        good = not result["failures"]
        show("demo", result, [], now=clock.now(), as_json=True, ok=good)
        return
    with course.curtain(plan, clock) as play:
        try:
            record, seen = course.until_ready(play)
            for line in course.summary(play, record, seen):
                talk(line)
            webbrowser.open(play.console_url)
            while play.run.poll() is None:
                time.sleep(1)
        except KeyboardInterrupt:
            talk("ended")
