"""The command line. Heavy imports wait inside the verbs: ``harken --help`` is quick."""

import sys

import typer

from core.errors import ConfigError, HarkenError, QueryError
from harken.verbs import prepare, read, work
from harken.verbs.judge import evaluate
from harken.verbs.model import model
from harken.verbs.output import talk
from harken.verbs.show import demo

app = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A self-hosted social listening centre.",
    add_completion=False,
)
for verb in (
    prepare.init,
    prepare.check,
    demo,
    work.run,
    work.crawl,
    work.analyse,
    work.index,
    work.detect,
    work.deliver,
    work.digest,
    work.rebuild,
    read.status,
    read.sources,
    read.mentions,
    read.search,
    read.incidents,
    evaluate,
):
    app.command()(verb)
app.add_typer(model, name="model")


def main() -> None:
    """Run the verb; exit 0 done or true, 1 failed or false, 2 misconfigured."""
    try:
        app()
    except QueryError as error:
        talk(f"{error} (at character {error.column + 1})")
        if error.hint:
            talk(f"Perhaps: {error.hint}")
        sys.exit(2)
    except ConfigError as error:
        talk(str(error))
        sys.exit(2)
    except HarkenError as error:
        talk(str(error))
        sys.exit(1)


if __name__ == "__main__":
    main()
