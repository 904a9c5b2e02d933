"""Command line. Heavy imports stand inside the commands, so that ``harken --help`` is quick."""

import sys

import typer

from core.errors import HarkenError
from harken.commands import query, setup, steps
from harken.commands.demo import demo
from harken.commands.evaluate import evaluate
from harken.commands.model import model
from harken.commands.output import print_err
from harken.commands.status import status

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A self-hosted social listening centre.",
    epilog="Examples: harken demo; harken init --brand Acme; harken run",
    add_completion=False,
)
for verb in (
    setup.init,
    setup.check,
    demo,
    steps.run,
    steps.crawl,
    steps.analyse,
    steps.index,
    steps.detect,
    steps.deliver,
    steps.digest,
    steps.rebuild,
    status,
    query.sources,
    query.mentions,
    query.search,
    query.incidents,
    evaluate,
):
    app.command()(verb)
app.add_typer(model, name="model")


def main() -> None:
    """Run the command; exit 0 done or true, 1 failed or false, 2 misconfigured."""
    try:
        app()
    except HarkenError as error:
        print_err(error.explanation)
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
