"""The command line. Heavy imports wait inside the verbs: ``harken --help`` is quick."""

import sys

import typer

from core.errors import ConfigError, HarkenError, QueryError
from harken.commands import query, setup, steps
from harken.commands.demo import demo
from harken.commands.evaluate import evaluate
from harken.commands.model import model
from harken.commands.output import print_err

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
    query.status,
    query.sources,
    query.mentions,
    query.search,
    query.incidents,
    evaluate,
):
    app.command()(verb)
app.add_typer(model, name="model")


def main() -> None:
    """Run the verb; exit 0 done or true, 1 failed or false, 2 misconfigured."""
    try:
        app()
    except QueryError as error:
        print_err(f"{error} (at character {error.column + 1})")
        if error.hint:
            print_err(f"Did you mean: {error.hint}")
        sys.exit(2)
    except ConfigError as error:
        print_err(str(error))
        sys.exit(2)
    except HarkenError as error:
        print_err(str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
