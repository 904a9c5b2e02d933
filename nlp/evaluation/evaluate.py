"""How good a model is on labelled texts: the figures of ``harken evaluate``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any, Final

import numpy as np

from core import plugins
from core.errors import ConfigError
from nlp import metrics
from nlp.evaluation.labels import input_row, label_classes
from nlp.evaluation.predictions import TaskPredictions, class_metrics, overall_metrics
from nlp.evaluation.task import UNKNOWN, EvaluationOptions, InputRow, Task
from nlp.metrics import CalibrationBin, Masks
from nlp.model import Model

DEFAULT_OPTIONS: Final = EvaluationOptions()
TASK_PACKAGE: Final = "nlp.evaluation.tasks"  # the package of the plug-ins


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``figures`` has the keys of the contract; ``per_second`` is the caller's to measure.

    Predictions and bins are those of the first draw.
    """

    figures: dict[str, Any]
    predictions: list[dict[str, Any]]  # a row each, in order: language, the answer, probabilities
    bins: tuple[CalibrationBin, ...]  # confidence beside the share that is right
    bins_before: tuple[CalibrationBin, ...] | None  # … before calibration; None: not known


def evaluate(
    rows: Iterable[Mapping[str, Any]],
    model: Model,
    task: str = "sentiment",
    classes: Sequence[str] | None = None,
    options: EvaluationOptions = DEFAULT_OPTIONS,
) -> Report:
    """Ask *model* the question of *task* for all *rows* (``text``, ``label``, …).

    A row that is not scored counts as wrong in every figure. *classes* restricts what may be said;
    the probabilities are renormalised. Of several draws every figure is the mean.

    Raises:
        ConfigError: an unknown task or class, a model that cannot serve, or no row at all.
        RowError: a row without what the task needs, or with a label that is no class of it.
    """
    _index_of("--task", task, plugins.available(TASK_PACKAGE))
    task_plugin = plugins.load(TASK_PACKAGE, task, Task)(model, options)
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
    """The place of *name* among *known*."""
    if name not in choices:
        hint = plugins.did_you_mean(name, list(choices))
        raise ConfigError(f"{option}: unknown {name!r}.{hint} Known: {', '.join(choices)}.")
    return choices.index(name)


def _truth_masks(rows: Sequence[Mapping[str, Any]], task: Task) -> Masks:
    truth = np.zeros((len(rows), len(task.classes)), bool)
    column_of = {name: column for column, name in enumerate(task.classes)}
    for index, row in enumerate(rows):
        truth[index, [column_of[name] for name in label_classes(row, index, task)]] = True
    return truth


def _row_languages(rows: Sequence[InputRow], truth: Masks, task: Task) -> list[str]:
    """The language of each row, as ``per_language`` counts it."""
    if task.language_is_label:
        return [task.classes[column] for column in truth.argmax(axis=1)]
    return [row.language for row in rows]


def _draw_metrics(
    draw: TaskPredictions, languages: Sequence[str], classes: Sequence[str]
) -> dict[str, Any]:
    """Every figure of one draw."""
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
    """The temperature of the median row (None: not known), and those of the file's languages.

    A file in one language, with a few rows that are taken for another, has that of its language.
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
    """The mean of figures that stand alike in all *draws*, however deep."""
    first = draws[0]
    if isinstance(first, dict):
        return {key: _mean_of_draws([draw[key] for draw in draws]) for key in first}
    return first if all(other == first for other in draws) else float(np.mean(draws))


def _prediction_rows(
    draw: TaskPredictions, rows: Sequence[InputRow], task: Task
) -> list[dict[str, Any]]:
    """A line a row; what has no probability at all is left out (183 languages of 184)."""
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
