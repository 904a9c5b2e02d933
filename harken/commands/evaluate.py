"""``harken evaluate``: metrics of a model on labelled rows."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import ConfigError
from harken.clock import Clock
from harken.commands.options import CONFIG, AsJson, ConfigFile, StateFolder, make_invocation
from harken.commands.output import dumps, print_result, write_file
from harken.labelled_rows import LabelledRow, read_labelled_rows
from nlp.evaluation.tasks import task_names

if TYPE_CHECKING:
    from nlp.evaluation.evaluate import Report
    from nlp.evaluation.task import EvaluationOptions
    from nlp.model import Model

TASK_NAMES = ", ".join(task_names())


def evaluate(
    file: Annotated[Path, typer.Argument(help="JSON lines with text and label; plain or .gz.")],
    task: Annotated[str, typer.Option("--task", help=TASK_NAMES)] = "sentiment",
    taxonomy: Annotated[Path | None, typer.Option("--taxonomy", help="Topics as YAML.")] = None,
    shots: Annotated[int | None, typer.Option("--shots", min=0, help="Examples per topic.")] = None,
    zero_shot: Annotated[
        bool,
        typer.Option("--zero-shot", help="Also score languages that the model was not trained on."),
    ] = False,
    classes: Annotated[
        str, typer.Option("--classes", help="Only these classes, comma-separated.")
    ] = "",
    predictions: Annotated[
        Path | None, typer.Option("--predictions", help="Write predictions to this file.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Write a reliability diagram (SVG).")
    ] = None,
    config: ConfigFile = CONFIG,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> None:
    """Measure the model on a labelled file.

    Example: harken evaluate posts.jsonl --task sentiment --plot reliability.svg
    """
    from nlp.evaluation.task import EvaluationOptions

    rows, model = read_labelled_rows(file), _model(config, state, as_json=as_json)
    began = perf_counter()
    options = EvaluationOptions(taxonomy=taxonomy, shots=shots, zero_shot=zero_shot)
    report = _evaluate(rows, model, task, [c for c in classes.split(",") if c], options)
    per_second = len(rows) / (perf_counter() - began)
    if predictions is not None:
        write_file(predictions, "".join(dumps(row) + "\n" for row in report.predictions))
    if plot is not None:
        write_file(plot, _reliability_svg(report))
    result = report.figures | {"per_second": per_second}
    lines = [f"{name}: {value}" for name, value in result.items()]
    print_result("evaluate", result, lines, now=Clock().now(), as_json=as_json)


def _model(config: Path, state: Path | None, *, as_json: bool) -> "Model":
    """Load the model of the settings, or the default model if there is no settings file."""
    from config.settings import Settings
    from harken import wiring

    has_no_settings = config == CONFIG and not config.exists()
    return wiring.open_model(
        Settings() if has_no_settings else make_invocation(config, state, json=as_json).settings()
    )


def _evaluate(
    rows: Sequence[LabelledRow],
    model: "Model",
    task: str,
    classes: Sequence[str],
    options: "EvaluationOptions",
) -> "Report":
    from nlp.evaluation.evaluate import evaluate as measure
    from nlp.evaluation.task import RowError

    try:
        return measure(
            [labelled_row.row for labelled_row in rows], model, task, classes or None, options
        )
    except RowError as error:
        raise ConfigError(f"{rows[error.row].location(error.key)}: {error}") from None


def _reliability_svg(report: "Report") -> str:
    from templates.contexts.reliability import Reliability
    from templates.render import render

    figures = report.figures
    context = Reliability(
        task=figures["task"],
        model=figures["model"],
        rows=figures["n"],
        bins=report.bins,
        before=report.bins_before or (),
        error=figures["ece"],
        error_before=figures["ece_uncalibrated"],
    )
    return render("charts/reliability.svg.j2", context)
