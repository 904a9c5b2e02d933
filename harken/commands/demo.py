"""``harken demo``: the whole product on an invented brand, with no network, server or key."""

import signal
import sys
import webbrowser
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Final

import typer

from harken.clock import Clock
from harken.commands.options import CONFIG, AsJson, Now, make_invocation
from harken.commands.output import print_result
from harken.runtime.lock import acquire

if TYPE_CHECKING:
    from demo.display.display import Display
    from demo.session import DemoOptions

# They would take over the terminal of the demo.
TEXT_BROWSERS: Final = frozenset({"www-browser", "links", "elinks", "lynx", "w3m"})


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
    _run_demo(
        options, make_invocation(CONFIG, None, json=True, now=now).clock, check=check or as_json
    )


def _run_demo(options: "DemoOptions", clock: Clock, *, check: bool) -> None:
    from demo.display.bars import open_display
    from demo.workspace import MARKER_FILE, check_folder

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stops all child processes as well
    check_folder(options.folder)
    run = _run_check if check else _run_for_reader
    # Locked before anything in the folder changes: another demo may run in it.
    with (
        closing(acquire(options.folder / MARKER_FILE, folder_option="--dir")),
        closing(open_display(sys.stderr)) as display,
    ):
        run(options, clock, display)


def _run_check(options: "DemoOptions", clock: Clock, display: "Display") -> None:
    from demo.run import run_check

    result = run_check(options, clock, display)
    display.close()
    print_result("demo", result, [], now=clock.now(), as_json=True, ok=not result["failures"])


def _run_for_reader(options: "DemoOptions", clock: Clock, display: "Display") -> None:
    """Open the console in a browser, and go on until Ctrl-C."""
    from demo.run import open_demo, summary, wait_until_ready, watch_processes

    with open_demo(options, clock, display) as session:
        try:
            database, observations = wait_until_ready(session, _open_browser)
            display.close()
            for line in summary(session, database, observations):
                display.print_line(line)
            watch_processes(session)
        except KeyboardInterrupt:
            display.close()
            display.print_line("stopped")


def _open_browser(url: str) -> None:
    """Open *url* in a browser with a window, if this is a terminal and there is such a browser."""
    if not sys.stdout.isatty():
        return
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if Path(getattr(browser, "name", "")).name not in TEXT_BROWSERS:
        # A browser may block until its window closes, and its failure is no failure of the demo.
        Thread(target=browser.open, args=(url,), daemon=True).start()
