"""``harken demo``: the whole product on an invented brand, with no network, server or key."""

import signal
import time
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harken.clock import Clock
from harken.commands.options import CONFIG, AsJson, Now, call
from harken.commands.output import show, talk

if TYPE_CHECKING:
    from demo.session import Plan


def demo(
    check: Annotated[
        bool, typer.Option("--check", help="No browser; compare with the truth.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the invented posts.")] = 1,
    corpus: Annotated[
        Path | None, typer.Option("--corpus", help="Folder with your own posts.")
    ] = None,
    index: Annotated[
        str, typer.Option("--index", help="tantivy, or an Elasticsearch URL.")
    ] = "tantivy",
    calm: Annotated[bool, typer.Option("--calm", help="Run without a crisis.")] = False,
    fault: Annotated[
        str | None, typer.Option("--fault", help="Break one part: scorer, source, index or smtp.")
    ] = None,
    live: Annotated[
        float | None,
        typer.Option(
            "--live",
            help="Add a second crisis 20 s after the start; --check waits this long for it (s).",
        ),
    ] = None,
    folder: Annotated[Path, typer.Option("--dir", "--state", help="Folder for all files.")] = Path(
        "harken-demo"
    ),
    port: Annotated[int, typer.Option("--port", help="Port of the console; 0: any free port.")] = 0,
    as_json: AsJson = False,
    now: Now = None,
) -> None:
    """Run Harken on an invented brand: crawl, score, open an incident, send emails.

    The demo writes its own settings into its folder. --json implies --check.

    Example: harken demo --check --fault smtp
    """
    from demo.faults import check_name
    from demo.session import Plan

    if fault is not None:
        check_name(fault)
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
    _perform(plan, call(CONFIG, None, json=True, now=now).clock, check=check or as_json)


def _perform(plan: "Plan", clock: Clock, *, check: bool) -> None:
    from demo import run as course

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that all we started ends too
    if check:
        result = course.check(plan, clock)
        show("demo", result, [], now=clock.now(), as_json=True, ok=not result["failures"])
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
            talk("stopped")
