"""``python -m nlp.training.figures MODEL``: evaluate each head for its adapter and its card.

The validation sets were used to choose the recipe and to fit the temperatures, except for English
sentiment.
"""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from core.plugins import available, load
from nlp.encoder.adapter import ADAPTERS_FOLDER, SENTIMENT, load_adapter, save_adapter
from nlp.encoder.adapter_model import AdapterModel
from nlp.evaluation.evaluate import evaluate
from nlp.evaluation.task import EvaluationOptions
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
# In a language outside the training: the quality that is lost when the product leaves it unscored.
FOREIGN_SET: Final = "hindi.jsonl"
MIN_SCORED_SHARE: Final = 0.5  # of a set, in the model's languages; else it gets no figure
REPORTED_FIGURES: Final = ("macro_recall", "macro_f1", "accuracy", "ece")


def main() -> int:
    """Evaluate the model, print a table row a set, and store the figures; exit status 0."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training.figures", description=__doc__)
    parser.add_argument("model", choices=available("nlp.models"))
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled texts")
    parser.add_argument(
        "--ours", type=Path, default=Path("tests/data"), help="our own labelled texts"
    )
    options = parser.parse_args()
    model_class = load("nlp.models", options.model, AdapterModel)
    path = ADAPTERS_FOLDER / model_class.adapter_file
    adapter, model = load_adapter(path), model_class()
    figures: dict[str, list[dict[str, Any]]] = {head: [] for head in adapter.heads}
    for head, task, name in EVALUATION_SETS:
        if head in adapter.heads and (task != "towards" or model.supports_targets):
            figure = _figure(model, task, _file(options.data, options.ours, name))
            if figure["scored"] >= MIN_SCORED_SHARE:
                figures[head].append(figure)
                sys.stdout.write(row(head, figure) + "\n")
    if len(model.languages) > 1:
        foreign_figure = _figure(model, SENTIMENT, options.ours / FOREIGN_SET)
        figures[SENTIMENT].append(foreign_figure)
        sys.stdout.write(row(SENTIMENT, foreign_figure) + "\n")
    save_adapter(path, replace(adapter, notes={**adapter.notes, "figures": figures}))
    return 0


def row(head: str, figure: Mapping[str, Any]) -> str:
    """Return the line of the model card's table for one *figure* of *head*."""
    numbers = " | ".join(f"{figure[name]:.3f}" for name in REPORTED_FIGURES)
    return f"| {head} | {figure['task']} of {figure['set']} | {figure['n']:,} | {numbers} |"


def _figure(model: AdapterModel, task: str, file: Path) -> dict[str, Any]:
    zero_shot = file.name == FOREIGN_SET
    figures = evaluate(
        rows(file), model, task, options=EvaluationOptions(zero_shot=zero_shot)
    ).figures
    rounded_figures = {name: round(figures[name], 4) for name in REPORTED_FIGURES}
    scored_share = 1 - figures["unscored"] / figures["n"]
    return {
        "set": file.name.partition(".")[0],
        "task": f"zero-shot {task}" if zero_shot else task,
        "n": figures["n"],
        "scored": round(scored_share, 4),
        **rounded_figures,
    }


def _file(data: Path, ours: Path, name: str) -> Path:
    return next(path for path in (data / name, ours / name) if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
