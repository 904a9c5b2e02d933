"""``python -m nlp.training.figures MODEL``: evaluate each head for its adapter and its card.

The validation sets were used to choose the recipe and to fit the temperatures, except for English
sentiment. The held-out rows had no part in anything: a tenth of every file of labelled texts.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from core.plugins import available, load
from nlp.encoder.adapter import ADAPTERS_FOLDER, SENTIMENT, load_adapter, save_adapter
from nlp.encoder.adapter_model import AdapterModel
from nlp.encoder.release import trust_files
from nlp.evaluation.evaluate import evaluate
from nlp.evaluation.task import EvaluationOptions
from nlp.model import Model
from nlp.training.datasets import rows

EVALUATION_SETS: Final = (  # head, task, file
    ("sentiment", "sentiment", "tweeteval_sentiment_validation.jsonl.gz"),
    ("sentiment", "sentiment", "umsab_val.jsonl.gz"),
    ("sentiment", "sentiment", "towards.jsonl"),
    ("sentiment", "towards", "towards.jsonl"),
    ("emotion", "emotion", "tweeteval_emotion_val.jsonl.gz"),
    ("offence", "offence", "tweeteval_offensive_val.jsonl.gz"),
    ("irony", "irony", "tweeteval_irony_val.jsonl.gz"),
    ("intent", "intent", "intent.jsonl"),
)
HELD_OUT_SETS: Final = (  # head, task, name of the file whose held-out rows are measured
    ("sentiment", "sentiment", "semeval_sentiment_train"),
    ("sentiment", "sentiment", "umsab_train"),
    ("sentiment", "towards", "targets_train"),
    ("emotion", "emotion", "tweeteval_emotion_train"),
    ("offence", "offence", "tweeteval_offensive_train"),
    ("irony", "irony", "tweeteval_irony_train"),
)
# In a language outside the training: the quality that is lost when the product leaves it unscored.
FOREIGN_SET: Final = "hindi.jsonl"
MAIN_SHARE: Final = 0.9  # of the rows of a set in one language
MIN_SCORED_SHARE: Final = 0.5  # of a set, in the model's languages; else it gets no figure
REPORTED_FIGURES: Final = ("macro_recall", "macro_f1", "accuracy", "ece", "ece_floor", "ece_excess")
# From the folder of labelled texts and the name of a file to its held-out rows.
HeldOutRows = Callable[[Path, str], Iterable[Mapping[str, Any]]]


def main(held_out_rows: HeldOutRows | None = None) -> int:
    """Evaluate the model, print a table row a set, and store the figures; exit status 0.

    *held_out_rows* returns the rows that no training saw; None: the model was trained on all.
    """
    parser = argparse.ArgumentParser(prog="python -m nlp.training.figures", description=__doc__)
    parser.add_argument("model", choices=available("nlp.models"))
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled texts")
    parser.add_argument(
        "--ours", type=Path, default=Path("tests/data"), help="our own labelled texts"
    )
    parser.add_argument(
        "--date", type=date.fromisoformat, required=True, help="of today, YYYY-MM-DD"
    )
    options = parser.parse_args()
    model_class = load("nlp.models", options.model, AdapterModel)
    path = ADAPTERS_FOLDER / model_class.adapter_file
    # The figures change the file: `nlp.training.release` pins it afterwards.
    release = trust_files(path, model_class.base.locate())
    adapter, model = load_adapter(path), model_class(release=release)
    figures: dict[str, list[dict[str, Any]]] = {head: [] for head in adapter.heads}
    for head, figure in _measure(model, options.data, options.ours, held_out_rows):
        figures[head].append({**figure, "date": options.date.isoformat()})
        sys.stdout.write(row(head, figure) + "\n")
    save_adapter(path, replace(adapter, notes={**adapter.notes, "figures": figures}))
    return 0


def row(head: str, figure: Mapping[str, Any]) -> str:
    """Return the line of the model card's table for one *figure* of *head*."""
    numbers = " | ".join(_digits(figure.get(name)) for name in REPORTED_FIGURES)
    part = "held out" if figure.get("held_out") else "all"
    return (
        f"| {head} | {figure['task']} of {figure['set']} | {part} | {figure['n']:,} | {numbers} |"
    )


def _digits(value: float | None) -> str:
    """Return *value* with three digits; a dash where it was not measured."""
    return "–" if value is None else f"{value:.3f}"


def _measure(
    model: AdapterModel, data: Path, ours: Path, held_out_rows: HeldOutRows | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield head and figure of each set that the model scores, the held-out ones first."""
    for head, task, name, labelled_rows, is_held_out in _sets(data, ours, held_out_rows):
        if _is_predicted(model, head, task):
            figure = set_figure(model, task, name, labelled_rows, held_out=is_held_out)
            if figure["scored"] >= MIN_SCORED_SHARE:
                yield head, figure
    if len(model.languages) > 1:
        foreign_rows = rows(ours / FOREIGN_SET)
        yield SENTIMENT, set_figure(model, SENTIMENT, "hindi", foreign_rows, zero_shot=True)


def _sets(
    data: Path, ours: Path, held_out_rows: HeldOutRows | None
) -> Iterator[tuple[str, str, str, Iterable[Mapping[str, Any]], bool]]:
    """Yield head, task, name and rows of each set; True behind them for held-out rows."""
    if held_out_rows is not None:
        for head, task, name in HELD_OUT_SETS:
            yield head, task, name, held_out_rows(data, name), True
    for head, task, file_name in EVALUATION_SETS:
        path = _file(data, ours, file_name)
        yield head, task, path.name.partition(".")[0], rows(path), False


def _is_predicted(model: AdapterModel, head: str, task: str) -> bool:
    """Return True if the model has the *head*, and marks a target where *task* is about one."""
    return head in (SENTIMENT, *model.heads) and (task != "towards" or model.supports_targets)


def set_figure(
    model: Model,
    task: str,
    name: str,
    labelled_rows: Iterable[Mapping[str, Any]],
    *,
    held_out: bool = False,
    zero_shot: bool = False,
) -> dict[str, Any]:
    """Return the figures of *task* on the rows of the set *name*, as an adapter stores them."""
    report = evaluate(labelled_rows, model, task, options=EvaluationOptions(zero_shot=zero_shot))
    figures = report.figures
    return {
        "set": name,
        "task": f"zero-shot {task}" if zero_shot else task,
        "n": figures["n"],
        "scored": round(1 - figures["unscored"] / figures["n"], 4),
        **{key: round(figures[key], 4) for key in REPORTED_FIGURES},
        "held_out": held_out,
        "language": _main_language(figures["per_language"]),
    }


def _main_language(per_language: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the language of nearly all rows; None: there are several.

    Detection assigns a few rows of a file in one language to others.
    """
    counts = {language: row["n"] for language, row in per_language.items()}
    language = max(counts, key=counts.__getitem__)
    return language if counts[language] >= MAIN_SHARE * sum(counts.values()) else None


def _file(data: Path, ours: Path, name: str) -> Path:
    return next(path for path in (data / name, ours / name) if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
