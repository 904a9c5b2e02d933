"""Command line. Heavy imports stand inside the commands, so that ``harken --help`` is quick."""

import inspect
import os
import platform
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from core.errors import HarkenError
from harken.commands import alerts, analyse, check, crawl, index, init, query, run
from harken.commands.demo import demo
from harken.commands.evaluate import evaluate
from harken.commands.explanation.why import why
from harken.commands.learning.label import label
from harken.commands.learning.learn import learn
from harken.commands.model import model
from harken.commands.output import print_err
from harken.commands.status import status

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A self-hosted social listening centre.",
    epilog="Examples: harken demo; harken init --brand Acme; harken run",
)
for verb in (
    init.init,
    check.check,
    demo,
    run.run,
    crawl.crawl,
    analyse.analyse,
    index.index,
    alerts.detect,
    alerts.deliver,
    alerts.digest,
    index.rebuild,
    status,
    query.sources,
    query.mentions,
    query.search,
    query.incidents,
    evaluate,
    label,
    learn,
    why,
):
    app.command()(verb)
app.add_typer(model, name="model")
for command in (*app.registered_commands, *model.registered_commands):
    # Without it typer cuts the first sentence off at the width of the terminal.
    command.short_help = (inspect.getdoc(command.callback) or "").partition("\n\n")[0]


def _print_version(is_wanted: bool) -> None:  # noqa: FBT001 - typer passes it by position
    if is_wanted:
        system = f"{platform.system()} {platform.release()} {platform.machine()}"
        print(f"harken {version('harken')} (Python {platform.python_version()}, {system})")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[  # noqa: FBT002 - a flag
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version of Harken, Python and the system, and exit.",
        ),
    ] = False,
) -> None:
    """Take the options before the command."""


def main() -> None:
    """Run the command; exit 0 done or true, 1 failed or false, 2 misconfigured.

    Its files are for the user alone: they hold what people posted, and who gets emails about it.
    """
    os.umask(0o077)
    try:
        app()
    except HarkenError as error:
        print_err(error.explanation)
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
