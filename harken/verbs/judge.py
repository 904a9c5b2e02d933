"""``harken evaluate``: how good a model is on labelled rows."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from core.errors import ConfigError
from harken.clock import Clock
from harken.jsontext import parsed
from harken.verbs.options import CONFIG, AsJson, ConfigFile, StateFolder, call
from harken.verbs.output import dumps, show, write


def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines: text, label; plain or .gz.")],
    task: Annotated[str, typer.Option("--task", help="sentiment")] = "sentiment",
    classes: Annotated[str, typer.Option("--classes", help="Only these, comma-separated.")] = "",
    predictions: Annotated[
        Path | None, typer.Option("--predictions", help="Write each row's prediction here.")
    ] = None,
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Measure the model on a labelled file."""
    from config.settings import Settings
    from harken import wiring
    from nlp.evaluate import evaluate as measure

    is_plain = config == CONFIG and not config.exists()  # a model needs no installation
    settings = Settings() if is_plain else call(config, state, json=as_json).settings()
    asked = tuple(c for c in classes.split(",") if c) or None
    rows, model = list(_rows(file)), wiring.open_model(settings)
    began = perf_counter()
    report = measure(rows, model, task=task, classes=asked)
    per_second = len(rows) / (perf_counter() - began)
    if predictions is not None:
        write(predictions, "".join(dumps(row) + "\n" for row in report.predictions))
    result = report.figures | {"per_second": per_second}
    lines = [f"{name}: {value}" for name, value in result.items()]
    show("evaluate", result, lines, now=Clock().now(), as_json=as_json)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield _row(file, number, line)
    except FileNotFoundError:
        raise ConfigError(f"{file}: there is no such file.") from None
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read ({type(error).__name__}).") from None


def _row(file: Path, number: int, line: str) -> dict[str, Any]:
    row = parsed(line, file, first=number)
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ConfigError(f'{file}:{number}:1: should be an object with "text" and "label".')
    return row
