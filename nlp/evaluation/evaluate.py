"""How good a model is on labelled texts: the figures of ``harken evaluate``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Any, Final

import numpy as np

from core import plugins
from core.errors import ConfigError
from nlp import metrics
from nlp.evaluation.labels import answer, question
from nlp.evaluation.predictions import Answers, figures, of_class
from nlp.evaluation.task import UNKNOWN, Options, Row, Task
from nlp.metrics import Bin, Masks
from nlp.model import Model

PLAIN: Final = Options()
TASKS: Final = "nlp.evaluation.tasks"  # the package of the plug-ins


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``figures`` has the keys of the contract; ``per_second`` is the caller's to measure.

    Predictions and bins are those of the first draw.
    """

    figures: dict[str, Any]
    predictions: list[dict[str, Any]]  # a row each, in order: language, the answer, probabilities
    bins: tuple[Bin, ...]  # confidence beside the share that is right
    bins_before: tuple[Bin, ...] | None  # … before calibration; None: not known


def evaluate(
    rows: Iterable[Mapping[str, Any]],
    model: Model,
    task: str = "sentiment",
    classes: Sequence[str] | None = None,
    options: Options = PLAIN,
) -> Report:
    """Ask *model* the question of *task* for all *rows* (``text``, ``label``, …).

    A row that is not scored counts as wrong in every figure. *classes* restricts what may be said;
    the probabilities are renormalised. Of several draws every figure is the mean.

    Raises:
        ConfigError: an unknown task or class, a model that cannot serve, or no row at all.
        RowError: a row without what the task needs, or with a label that is no class of it.
    """
    _known("--task", task, plugins.available(TASKS))
    asker = plugins.load(TASKS, task, Task)(model, options)
    asked = sorted({_known("--classes", name, asker.classes) for name in classes or asker.classes})
    listed = list(rows)
    if not listed:
        raise ConfigError("nothing to evaluate: the file has no row with a text and a label")
    truth = _truth(listed, asker)
    questions = [question(row, model.languages) for row in listed]
    languages = _spoken(questions, truth, asker)
    draws = list(_draws(asker, questions, truth, asked))
    return Report(
        figures={"task": task, "model": asker.judge, "draws": len(draws)}
        | _mean([_all(draw, languages, asker.classes) for draw in draws])
        | _warmth(questions, asker)
        | {"per_second": None},
        predictions=_predictions(draws[0], questions, asker),
        bins=draws[0].bins(),
        bins_before=draws[0].bins_before(),
    )


def _draws(
    task: Task, rows: Sequence[Row], truth: Masks, asked: Sequence[int]
) -> Iterator[Answers]:
    told = np.array([task.temperature(row.language) or np.nan for row in rows])
    for shares in task.draws(rows):
        yield Answers(
            truth=truth, shares=shares, temperatures=told, asked=asked, several=task.several
        )


def _known(where: str, name: str, known: Sequence[str]) -> int:
    """The place of *name* among *known*."""
    if name not in known:
        hint = plugins.did_you_mean(name, list(known))
        raise ConfigError(f"{where}: unknown {name!r}.{hint} Known: {', '.join(known)}.")
    return known.index(name)


def _truth(rows: Sequence[Mapping[str, Any]], task: Task) -> Masks:
    truth = np.zeros((len(rows), len(task.classes)), bool)
    place = {name: column for column, name in enumerate(task.classes)}
    for number, row in enumerate(rows):
        truth[number, [place[name] for name in answer(row, number, task)]] = True
    return truth


def _spoken(rows: Sequence[Row], truth: Masks, task: Task) -> list[str]:
    """The language of each row, as ``per_language`` counts it."""
    if task.by_label:
        return [task.classes[column] for column in truth.argmax(axis=1)]
    return [row.language for row in rows]


def _all(answers: Answers, languages: Sequence[str], classes: Sequence[str]) -> dict[str, Any]:
    """Every figure of one draw."""
    spoken, before = np.array(languages), answers.bins_before()
    return {
        **figures(answers),
        "per_class": {
            name: of_class(answers, column)
            for column, name in enumerate(classes)
            if answers.truth[:, column].any()
        },
        "per_language": {
            code: figures(answers.of(np.flatnonzero(spoken == code).tolist()))
            for code in sorted(set(languages))
        },
        "ece_uncalibrated": before and metrics.calibration_error(before),
    }


def _warmth(rows: Sequence[Row], task: Task) -> dict[str, Any]:
    """The temperature of the median row (None: not known), and those of the file's languages.

    A file in one language, with a few rows that are taken for another, has that of its language.
    """
    told = [(row.language, task.temperature(row.language)) for row in rows]
    known = [(language, degree) for language, degree in told if degree is not None]
    return {
        "temperature": median_low(degree for _, degree in known) if known else None,
        "temperatures": dict(sorted(known)),
    }


def _mean(draws: Sequence[Any]) -> Any:
    """The mean of figures that stand alike in all *draws*, however deep."""
    first = draws[0]
    if isinstance(first, dict):
        return {key: _mean([draw[key] for draw in draws]) for key in first}
    return first if all(one == first for one in draws) else float(np.mean(draws))


def _predictions(answers: Answers, rows: Sequence[Row], task: Task) -> list[dict[str, Any]]:
    """A line a row; what has no probability at all is left out (183 languages of 184)."""
    asked = [task.classes[c] for c in answers.asked]
    told = zip(rows, answers.scored, answers.said, answers.allowed, strict=True)
    return [
        {
            "language": None if row.language == UNKNOWN else row.language,
            task.says: _answer([task.classes[c] for c in np.flatnonzero(said)], task, is_scored),
            "probabilities": {c: float(p) for c, p in zip(asked, shares, strict=True) if p},
        }
        for row, is_scored, said, shares in told
    ]


def _answer(said: list[str], task: Task, is_scored: bool) -> list[str] | str | None:  # noqa: FBT001
    if not is_scored:
        return None
    return said if task.several else said[0]
