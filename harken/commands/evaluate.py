"""``harken evaluate``: metrics of a model on labelled rows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import ConfigError
from harken.commands.options import CONFIG, INSTALLATION, Invocation, shared_options
from harken.commands.output import dumps, write_file
from harken.commands.progress import progress_bar
from harken.commands.tables import Output, Table, fact_list
from harken.labelled_rows import LabelledRow, read_labelled_rows
from harken.plural import plural
from nlp.evaluation.tasks import task_names

if TYPE_CHECKING:
    from nlp.evaluation.evaluate import Report
    from nlp.evaluation.task import EvaluationOptions
    from nlp.model import Model

TASK_NAMES = ", ".join(task_names())


def _complete_task(incomplete: str) -> list[str]:
    return [name for name in task_names() if name.startswith(incomplete)]


@shared_options(INSTALLATION)
def evaluate(
    invocation: Invocation,
    file: Annotated[Path, typer.Argument(help="JSON lines with text and label; plain or .gz.")],
    task: Annotated[
        str, typer.Option("--task", help=TASK_NAMES, autocompletion=_complete_task)
    ] = "sentiment",
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
) -> None:
    """Measure the model on a labelled file.

    Example: harken evaluate posts.jsonl --task sentiment --plot reliability.svg
    """
    from nlp.evaluation.task import EvaluationOptions

    rows, model = read_labelled_rows(file), _model(invocation)
    began = perf_counter()
    options = EvaluationOptions(taxonomy=taxonomy, shots=shots, zero_shot=zero_shot)
    with progress_bar(invocation, f"Scoring {plural(len(rows), 'row')}"):
        report = _evaluate(rows, model, task, [c for c in classes.split(",") if c], options)
    per_second = len(rows) / (perf_counter() - began)
    if predictions is not None:
        write_file(predictions, "".join(dumps(row) + "\n" for row in report.predictions))
    if plot is not None:
        write_file(plot, _reliability_svg(report))
    result = report.figures | {"per_second": per_second}
    invocation.print_result("evaluate", result, _output(result))


def _output(figures: Mapping[str, Any]) -> list[Output]:
    """Return the single figures as facts, and a table for those of each class and language."""
    tables = {"per_class": "class", "per_language": "language"}
    single = {name: value for name, value in figures.items() if name not in tables}
    output = fact_list([f"{name}: {_format(value)}" for name, value in single.items()])
    for name, column in tables.items():
        rows = figures[name]
        keys = list(dict.fromkeys(key for row in rows.values() for key in row))
        cells = [(label, *(_format(row.get(key)) for key in keys)) for label, row in rows.items()]
        output += ["", Table(columns=(column, *keys), rows=cells)]
    return output


def _format(figure: object) -> str:
    """Return *figure* with three digits after the point, an unknown one as "unknown"."""
    if isinstance(figure, dict):
        return ", ".join(f"{name} {_format(value)}" for name, value in figure.items())
    if isinstance(figure, float):
        return f"{figure:.3f}"
    return "unknown" if figure is None else str(figure)


def _model(invocation: Invocation) -> "Model":
    """Load the model of the settings, or the default model if there is no settings file."""
    from config.settings import Settings
    from harken import wiring

    has_no_settings = invocation.config == CONFIG and not CONFIG.exists()
    return wiring.open_model(Settings() if has_no_settings else invocation.settings())


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
