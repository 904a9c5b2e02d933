"""The metrics of ``harken evaluate``: a model measured on labelled texts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any, Final

import numpy as np

from nlp import metrics
from nlp.evaluation.means import mean_of_draws
from nlp.evaluation.predicted_file import PredictedFile, predict_file
from nlp.evaluation.predictions import TaskPredictions, class_metrics, overall_metrics
from nlp.evaluation.task import UNKNOWN, EvaluationOptions, InputRow, Task
from nlp.metrics import CalibrationBin
from nlp.model import Model

DEFAULT_OPTIONS: Final = EvaluationOptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Metrics, and the predictions and calibration bins of the first draw."""

    figures: dict[str, Any]  # keys: docs/json.md; the caller measures ``per_second``
    predictions: list[dict[str, Any]]  # by row, in order: language, prediction, probabilities
    file: PredictedFile  # the rows and all draws
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
    file = predict_file(rows, model, task, classes, options)
    draws = [draw.subset(file.measured_indices) for draw in file.draws]
    groups = file.groups(options.by)
    return Report(
        figures={"task": task, "model": file.task.model_name, "draws": len(draws)}
        | {"by": options.by, "per_value": {}, "topic_rule": None}
        | mean_of_draws([_draw_metrics(draw, groups, file.task.classes) for draw in draws])
        | file.task.extra_figures(file.labels)
        | _temperatures(file.inputs, file.task)
        | {"per_second": None},
        predictions=_prediction_rows(file.draws[0], file.inputs, file.task),
        file=file,
        bins=draws[0].bins(),
        bins_before=draws[0].bins_before(),
    )


def _draw_metrics(
    draw: TaskPredictions, groups: Mapping[str, Sequence[str]], classes: Sequence[str]
) -> dict[str, Any]:
    """Return every metric of one draw; *groups* are values of the rows, by the name of a figure."""
    bins_before = draw.bins_before()
    return {
        **overall_metrics(draw),
        "per_class": {
            name: class_metrics(draw, column)
            for column, name in enumerate(classes)
            if draw.truth[:, column].any()
        },
        **{name: _metrics_by_value(draw, values) for name, values in groups.items()},
        "ece_uncalibrated": bins_before and metrics.calibration_error(bins_before),
    }


def _metrics_by_value(draw: TaskPredictions, values: Sequence[str]) -> dict[str, Any]:
    """Return the metrics of the rows of each value; *values* has one for each row."""
    row_values = np.array(values)
    return {
        value: overall_metrics(draw.subset(np.flatnonzero(row_values == value).tolist()))
        for value in sorted(set(values))
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
