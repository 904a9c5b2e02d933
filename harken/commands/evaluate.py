"""``harken evaluate``: metrics of a model on labelled rows."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import ConfigError
from harken.commands.evaluation.printing import figures_output
from harken.commands.learning.own_evaluation import evaluate_own
from harken.commands.options import INSTALLATION, Invocation, shared_options
from harken.commands.output import dumps, write_file
from harken.commands.progress import progress_bar
from harken.commands.tables import Output
from harken.labelled_rows import LabelledRow, read_labelled_rows
from harken.plural import plural
from nlp.evaluation.tasks import task_names

if TYPE_CHECKING:
    from config.settings import Settings
    from nlp.evaluation.evaluate import Report
    from nlp.evaluation.task import EvaluationOptions
    from nlp.model import Model

TASK_NAMES = ", ".join(task_names())


def _complete_task(incomplete: str) -> list[str]:
    return [name for name in task_names() if name.startswith(incomplete)]


@shared_options(INSTALLATION)
def evaluate(
    invocation: Invocation,
    file: Annotated[
        Path | None, typer.Argument(help="JSON lines with text and label; plain or .gz.")
    ] = None,
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
    by: Annotated[
        str | None, typer.Option("--by", help="Figures for each value of this key of the rows.")
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option("--compare", help="Second model: its name, or a settings file (.yaml)."),
    ] = None,
    fit: Annotated[
        Path | None,
        typer.Option("--fit", help="Fit temperatures on this file, and measure it, not FILE."),
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", help="Write predictions to this file.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Write a reliability diagram (SVG).")
    ] = None,
    own: Annotated[
        bool, typer.Option("--own", help="Measure stored scores on the labels of `harken label`.")
    ] = False,
) -> None:
    """Measure the model on a labelled file.

    Example: harken evaluate posts.jsonl --task sentiment --plot reliability.svg
    """
    from harken import wiring
    from nlp.evaluation.task import EvaluationOptions

    if own:
        evaluate_own(invocation)
        return
    rows = read_labelled_rows(_only_file(file, fit))
    with progress_bar(invocation, f"Scoring {plural(len(rows), 'row')}") as progress:
        models = [wiring.open_model(settings) for settings in _settings(invocation, compare)]
        progress.expect(len(rows) * len(models))
        options = EvaluationOptions(
            taxonomy=taxonomy, shots=shots, zero_shot=zero_shot, by=by, on_rows=progress.advance
        )
        reports = [_measure(rows, model, task, classes, options) for model in models]
    _write_files(reports[0], predictions, plot)
    result, output = _result(reports, models[0] if fit is not None else None)
    invocation.print_result("evaluate", result, output)


def _only_file(file: Path | None, fit: Path | None) -> Path:
    """Return the one of both that is set.

    Raises:
        ConfigError: none of them is, or both.
    """
    if file is not None and fit is not None:
        raise ConfigError(f"--fit: {fit} is measured, too; leave {file} out.")
    path = file or fit
    if path is None:
        raise ConfigError(
            "Name a file of labelled rows: harken evaluate FILE, or --fit FILE, or use --own."
        )
    return path


def _settings(invocation: Invocation, compare: str | None) -> "list[Settings]":
    """Return the settings, then those with the model of *compare* if there is one.

    *compare* is the name of a model, or of a settings file if it ends in .yaml.
    """
    from config.settings import ModelSettings

    settings = invocation.settings_or_default()
    if compare is None:
        return [settings]
    if compare.endswith((".yaml", ".yml")):
        return [settings, replace(invocation, config=Path(compare)).settings()]
    return [settings, settings.model_copy(update={"model": ModelSettings(name=compare)})]


def _measure(
    rows: Sequence[LabelledRow],
    model: "Model",
    task: str,
    classes: str,
    options: "EvaluationOptions",
) -> "Report":
    """Return the report on *rows*, with their number per second.

    *classes* are those to measure, comma-separated; empty: all.

    Raises:
        ConfigError: a row is wrong.
    """
    from nlp.evaluation.evaluate import evaluate as measure
    from nlp.evaluation.task import RowError

    class_names = [name for name in classes.split(",") if name]
    began = perf_counter()
    try:
        report = measure(
            [labelled_row.row for labelled_row in rows], model, task, class_names or None, options
        )
    except RowError as error:
        raise ConfigError(f"{rows[error.row].location(error.key)}: {error}") from None
    figures = report.figures | {"per_second": len(rows) / (perf_counter() - began)}
    return replace(report, figures=figures)


def _result(
    reports: "Sequence[Report]", fitted_model: "Model | None"
) -> tuple[dict[str, Any], list[Output]]:
    """Return the JSON and the text: figures, then the comparison and the fit if there is any."""
    report, *other_reports = reports
    result = report.figures | {"comparison": None, "fit": None}
    output = figures_output(result)
    for other_report in other_reports:  # of --compare
        from nlp.evaluation.comparison import compare, comparison_lines

        comparison = compare(report, other_report)
        result["comparison"] = comparison.as_json()
        output += ["", *comparison_lines(report, comparison)]
    if fitted_model is not None:
        from harken.commands.evaluation.fitting import fit_lines, fits_by_language, settings_text
        from nlp.evaluation.temperature_fit import fit_temperatures

        fit = fit_temperatures(
            report.file, fitted_model, by_language=fits_by_language(fitted_model)
        )
        result["fit"] = fit.as_json() | {"settings": settings_text(fit, fitted_model)}
        output += ["", *fit_lines(fit, fitted_model)]
    return result, output


def _write_files(report: "Report", predictions: Path | None, plot: Path | None) -> None:
    if predictions is not None:
        write_file(predictions, "".join(dumps(row) + "\n" for row in report.predictions))
    if plot is not None:
        write_file(plot, _reliability_svg(report))


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
