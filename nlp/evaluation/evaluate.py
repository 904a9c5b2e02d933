"""The metrics of ``harken evaluate``: a model measured on labelled texts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any, Final

import numpy as np

from core import plugins
from core.errors import ConfigError
from nlp import metrics
from nlp.evaluation.head_task import HeadTask
from nlp.evaluation.labels import input_row, label_classes
from nlp.evaluation.predictions import TaskPredictions, class_metrics, overall_metrics
from nlp.evaluation.task import UNKNOWN, EvaluationOptions, InputRow, Task
from nlp.evaluation.tasks import task_names
from nlp.metrics import CalibrationBin, Masks
from nlp.model import Model

DEFAULT_OPTIONS: Final = EvaluationOptions()
TASK_PACKAGE: Final = "nlp.evaluation.tasks"  # tasks that are more than one head


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Metrics, and the predictions and calibration bins of the first draw."""

    figures: dict[str, Any]  # keys: docs/json.md; the caller measures ``per_second``
    predictions: list[dict[str, Any]]  # by row, in order: language, prediction, probabilities
    bins: tuple[CalibrationBin, ...]  # confidence and accuracy
    bins_before: tuple[CalibrationBin, ...] | None  # … before calibration; None: unknown


def evaluate(
    rows: Iterable[Mapping[str, Any]],
    model: Model,
    task: str = "sentiment",
    classes: Sequence[str] | None = None,
    options: EvaluationOptions = DEFAULT_OPTIONS,
) -> Report:
    """Return the metrics of *model* at *task* on all *rows* (``text``, ``label``, …).

    A row that is not scored counts as wrong in every metric. Only *classes* are predicted (all by
    default); their probabilities are renormalized. Each metric is the mean over the draws.

    Raises:
        ConfigError: an unknown task or class, a model that does not support the task, or no row.
        RowError: a row lacks a value that the task needs, or its label is not a class of the task.
    """
    task_plugin = _open_task(task, model, options)
    allowed_classes = sorted(
        {
            _index_of("--classes", name, task_plugin.classes)
            for name in classes or task_plugin.classes
        }
    )
    row_list = list(rows)
    if not row_list:
        raise ConfigError("nothing to evaluate: the file has no row with a text and a label")
    truth = _truth_masks(row_list, task_plugin)
    inputs = [input_row(row, model.languages) for row in row_list]
    languages = _row_languages(inputs, truth, task_plugin)
    draws = list(_predict_draws(task_plugin, inputs, truth, allowed_classes))
    return Report(
        figures={"task": task, "model": task_plugin.model_name, "draws": len(draws)}
        | _mean_of_draws([_draw_metrics(draw, languages, task_plugin.classes) for draw in draws])
        | _temperatures(inputs, task_plugin)
        | {"per_second": None},
        predictions=_prediction_rows(draws[0], inputs, task_plugin),
        bins=draws[0].bins(),
        bins_before=draws[0].bins_before(),
    )


def _open_task(name: str, model: Model, options: EvaluationOptions) -> Task:
    _index_of("--task", name, task_names(model.heads))
    if name in plugins.available(TASK_PACKAGE):
        return plugins.load(TASK_PACKAGE, name, Task)(model, options)
    return HeadTask(model, options, head=name)


def _predict_draws(
    task: Task, rows: Sequence[InputRow], truth: Masks, allowed_classes: Sequence[int]
) -> Iterator[TaskPredictions]:
    temperatures = np.array([task.temperature(row.language) or np.nan for row in rows])
    for probabilities in task.samples(rows):
        yield TaskPredictions(
            truth=truth,
            probabilities=probabilities,
            temperatures=temperatures,
            allowed_classes=allowed_classes,
            multi_label=task.multi_label,
        )


def _index_of(option: str, name: str, choices: Sequence[str]) -> int:
    """Return the index of *name* in *choices*; *option* is the flag for the error message."""
    if name not in choices:
        raise ConfigError(f"{option}: {plugins.unknown_name(name, list(choices))}")
    return choices.index(name)


def _truth_masks(rows: Sequence[Mapping[str, Any]], task: Task) -> Masks:
    truth = np.zeros((len(rows), len(task.classes)), bool)
    column_of = {name: column for column, name in enumerate(task.classes)}
    for index, row in enumerate(rows):
        truth[index, [column_of[name] for name in label_classes(row, index, task)]] = True
    return truth


def _row_languages(rows: Sequence[InputRow], truth: Masks, task: Task) -> list[str]:
    """Return the language of each row as ``per_language`` counts it."""
    if task.language_is_label:
        return [task.classes[column] for column in truth.argmax(axis=1)]
    return [row.language for row in rows]


def _draw_metrics(
    draw: TaskPredictions, languages: Sequence[str], classes: Sequence[str]
) -> dict[str, Any]:
    """Return every metric of one draw."""
    row_languages, bins_before = np.array(languages), draw.bins_before()
    return {
        **overall_metrics(draw),
        "per_class": {
            name: class_metrics(draw, column)
            for column, name in enumerate(classes)
            if draw.truth[:, column].any()
        },
        "per_language": {
            code: overall_metrics(draw.subset(np.flatnonzero(row_languages == code).tolist()))
            for code in sorted(set(languages))
        },
        "ece_uncalibrated": bins_before and metrics.calibration_error(bins_before),
    }


def _temperatures(rows: Sequence[InputRow], task: Task) -> dict[str, Any]:
    """Return the temperature of the median row (None: unknown) and those of all languages.

    The median of a file in one language is that of its language, although detection assigns a few
    rows to others.
    """
    row_temperatures = [(row.language, task.temperature(row.language)) for row in rows]
    known_temperatures = [
        (language, temperature)
        for language, temperature in row_temperatures
        if temperature is not None
    ]
    return {
        "temperature": median_low(temperature for _, temperature in known_temperatures)
        if known_temperatures
        else None,
        "temperatures": dict(sorted(known_temperatures)),
    }


def _mean_of_draws(draws: Sequence[Any]) -> Any:
    """Return the mean of *draws*: equally nested dictionaries of metrics."""
    first = draws[0]
    if isinstance(first, dict):
        return {key: _mean_of_draws([draw[key] for draw in draws]) for key in first}
    return first if all(other == first for other in draws) else float(np.mean(draws))


def _prediction_rows(
    draw: TaskPredictions, rows: Sequence[InputRow], task: Task
) -> list[dict[str, Any]]:
    """Return one line per row, without the classes of probability 0 (183 of 184 languages)."""
    class_names = [task.classes[c] for c in draw.allowed_classes]
    draw_rows = zip(
        rows, draw.scored_mask, draw.predicted_mask, draw.allowed_probabilities, strict=True
    )
    return [
        {
            "language": None if row.language == UNKNOWN else row.language,
            task.output_key: _prediction_value(
                [task.classes[c] for c in np.flatnonzero(mask)], task, is_scored
            ),
            "probabilities": {
                c: float(p) for c, p in zip(class_names, probabilities, strict=True) if p
            },
        }
        for row, is_scored, mask, probabilities in draw_rows
    ]


def _prediction_value(names: list[str], task: Task, is_scored: bool) -> list[str] | str | None:  # noqa: FBT001
    if not is_scored:
        return None
    return names if task.multi_label else names[0]
