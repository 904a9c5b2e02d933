"""Predictions of a model for all rows of a labelled file."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core import plugins
from core.errors import ConfigError
from nlp.evaluation.head_task import HeadTask
from nlp.evaluation.labels import input_row, label_classes, row_values
from nlp.evaluation.predictions import TaskPredictions
from nlp.evaluation.task import EvaluationOptions, InputRow, Task
from nlp.evaluation.tasks import task_names
from nlp.metrics import Masks
from nlp.model import Model

TASK_PACKAGE: Final = "nlp.evaluation.tasks"  # tasks that are more than one head


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictedFile:
    """The rows of a file with the draws of a task. Every list is in the order of the rows."""

    task: Task
    rows: Sequence[Mapping[str, Any]]
    labels: Sequence[Sequence[str]]  # the classes of each row, the main one first
    inputs: Sequence[InputRow]
    languages: Sequence[str]  # as ``per_language`` counts them
    draws: Sequence[TaskPredictions]
    measured_indices: Sequence[int]  # of the rows that the figures are of

    def correct_mask(self) -> Masks:
        """Return the mask of the measured rows that the first draw predicted correctly."""
        return self.draws[0].subset(self.measured_indices).correct_mask()

    def groups(self, field: str | None) -> dict[str, list[str]]:
        """Return the values of the measured rows by which figures are broken down, by key.

        Raises:
            ConfigError: *field* is a key that no row has.
        """
        groups = {"per_language": list(self.languages)}
        if field is not None:
            groups["per_value"] = row_values(self.rows, field, self.languages)
        return {key: [values[i] for i in self.measured_indices] for key, values in groups.items()}


def predict_file(
    rows: Iterable[Mapping[str, Any]],
    model: Model,
    task: str,
    classes: Sequence[str] | None,
    options: EvaluationOptions,
) -> PredictedFile:
    """Return the draws of *task* for *rows*; only *classes* are predicted, None: all.

    Raises:
        ConfigError: an unknown task or class, a model that does not support the task, or no row.
        RowError: a row lacks a value that the task needs, or its label is not a class of the task.
    """
    task_plugin = _open_task(task, model, options)
    class_names = classes or task_plugin.classes
    allowed_classes = {_index_of("--classes", name, task_plugin.classes) for name in class_names}
    row_list = list(rows)
    if not row_list:
        raise ConfigError("nothing to evaluate: the file has no row with a text and a label")
    labels = [label_classes(row, index, task_plugin) for index, row in enumerate(row_list)]
    truth = _truth_masks(labels, task_plugin)
    inputs = [input_row(row, model.languages) for row in row_list]
    return PredictedFile(
        task=task_plugin,
        rows=row_list,
        labels=labels,
        inputs=inputs,
        languages=_row_languages(inputs, truth, task_plugin),
        measured_indices=_measured_rows(truth, task_plugin),
        draws=list(_predict_draws(task_plugin, inputs, truth, sorted(allowed_classes))),
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


def _truth_masks(labels: Sequence[Sequence[str]], task: Task) -> Masks:
    """Return the classes of each row; of a task that accepts several labels only the main one."""
    truth = np.zeros((len(labels), len(task.classes)), bool)
    column_of = {name: column for column, name in enumerate(task.classes)}
    for index, names in enumerate(labels):
        main_names = names[:1] if task.accepts_several else names
        truth[index, [column_of[name] for name in main_names]] = True
    return truth


def _measured_rows(truth: Masks, task: Task) -> list[int]:
    """Return the indices of the rows that the figures are of.

    Raises:
        ConfigError: no row has a label.
    """
    if not task.accepts_several:
        return list(range(len(truth)))
    indices: list[int] = np.flatnonzero(truth.any(axis=1)).tolist()
    if not indices:
        raise ConfigError("nothing to evaluate: no row of the file has a label")
    return indices


def _row_languages(rows: Sequence[InputRow], truth: Masks, task: Task) -> list[str]:
    """Return the language of each row as ``per_language`` counts it."""
    if task.language_is_label:
        return [task.classes[column] for column in truth.argmax(axis=1)]
    return [row.language for row in rows]
