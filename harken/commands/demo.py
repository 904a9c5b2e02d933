"""``harken demo``: the whole product on an invented brand, with no network, server or key."""

import signal
import time
import webbrowser
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harken.clock import Clock
from harken.commands.options import CONFIG, AsJson, Now, make_invocation
from harken.commands.output import print_err, print_result
from harken.runtime.lock import acquire

if TYPE_CHECKING:
    from demo.session import DemoOptions


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
    from demo.faults import check_fault_name
    from demo.session import DemoOptions
    from demo.workspace import MARKER_FILE, check_folder

    if fault is not None:
        check_fault_name(fault)
    options = DemoOptions(
        folder=folder.resolve(),
        seed=seed,
        corpus=corpus,
        index=index,
        calm=calm,
        fault=fault,
        live=live,
        port=port,
    )
    clock = make_invocation(CONFIG, None, json=True, now=now).clock
    check_folder(options.folder)
    # Locked before anything in the folder changes: another demo may run in it.
    with closing(acquire(options.folder / MARKER_FILE, folder_option="--dir")):
        _run_demo(options, clock, check=check or as_json)


def _run_demo(options: "DemoOptions", clock: Clock, *, check: bool) -> None:
    from demo import run

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stops all child processes as well
    if check:
        result = run.run_check(options, clock)
        print_result("demo", result, [], now=clock.now(), as_json=True, ok=not result["failures"])
        return
    with run.open_demo(options, clock) as session:
        try:
            database, observations = run.wait_until_ready(session)
            for line in run.summary(session, database, observations):
                print_err(line)
            webbrowser.open(session.console_url)
            while session.run_process.poll() is None:
                time.sleep(1)
        except KeyboardInterrupt:
            print_err("stopped")
