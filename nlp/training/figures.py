"""``python -m nlp.training.figures MODEL``: each head's figures, into its adapter and its card.

The validation sets chose the recipe and, but for English sentiment, fitted the temperatures.
"""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from core.plugins import available, load
from nlp.encoder import adapter
from nlp.encoder.adapter import SENTIMENT
from nlp.encoder.adapter_model import Adapted
from nlp.evaluation.evaluate import evaluate
from nlp.evaluation.task import Options
from nlp.training.datasets import rows

SETS: Final = (  # of each head: the task, and the files that it is judged by
    ("sentiment", "sentiment", "tweeteval_sentiment_validation.jsonl.gz"),
    ("sentiment", "sentiment", "umsab_val.jsonl.gz"),
    ("sentiment", "sentiment", "towards.jsonl"),
    ("sentiment", "towards", "towards.jsonl"),
    ("emotion", "emotion", "tweeteval_emotion_val.jsonl.gz"),
    ("offence", "offence", "tweeteval_offensive_val.jsonl.gz"),
    ("irony", "irony", "tweeteval_irony_val.jsonl.gz"),
    ("intent", "intent", "intent.jsonl"),
)
# Of a language that nobody trained: what is left unread when the product leaves it unscored.
STRANGE: Final = "hindi.jsonl"
ENOUGH: Final = 0.5  # of a set must be in the model's languages to say anything
TOLD: Final = ("macro_recall", "macro_f1", "accuracy", "ece")


def main() -> int:
    """Exit status 0."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training.figures", description=__doc__)
    parser.add_argument("model", choices=available("nlp.models"))
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled texts")
    parser.add_argument(
        "--ours", type=Path, default=Path("tests/data"), help="our own labelled texts"
    )
    options = parser.parse_args()
    kind = load("nlp.models", options.model, Adapted)
    path = adapter.WEIGHTS / kind.packaged
    made, model = adapter.read(path), kind()
    figures: dict[str, list[dict[str, Any]]] = {head: [] for head in made.heads}
    for head, task, name in SETS:
        if head in made.heads and (task != "towards" or model.reads_targets):
            found = _figure(model, task, _file(options.data, options.ours, name))
            if found["scored"] >= ENOUGH:
                figures[head].append(found)
                sys.stdout.write(row(head, found) + "\n")
    if len(model.languages) > 1:
        figures[SENTIMENT].append(strange := _figure(model, SENTIMENT, options.ours / STRANGE))
        sys.stdout.write(row(SENTIMENT, strange) + "\n")
    adapter.write(path, replace(made, notes={**made.notes, "figures": figures}))
    return 0


def row(head: str, figure: Mapping[str, Any]) -> str:
    """The line of the model card's table for one *figure* of *head*."""
    numbers = " | ".join(f"{figure[name]:.3f}" for name in TOLD)
    return f"| {head} | {figure['task']} of {figure['set']} | {figure['n']:,} | {numbers} |"


def _figure(model: Adapted, task: str, file: Path) -> dict[str, Any]:
    zero_shot = file.name == STRANGE
    found = evaluate(rows(file), model, task, options=Options(zero_shot=zero_shot)).figures
    told = {name: round(found[name], 4) for name in TOLD}
    scored = 1 - found["unscored"] / found["n"]
    return {
        "set": file.name.partition(".")[0],
        "task": f"zero-shot {task}" if zero_shot else task,
        "n": found["n"],
        "scored": round(scored, 4),
        **told,
    }


def _file(data: Path, ours: Path, name: str) -> Path:
    return next(path for path in (data / name, ours / name) if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
