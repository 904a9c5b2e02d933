"""Test of explanations against chance: ``python -m bench.explanations minilm``.

For each text the named words are left out, and as many words drawn at random from the same text.
The named words should move the score more. A text without named words counts as lost.
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import Any, Final

import numpy as np

from bench.report import machine, print_progress, write_figures
from core import plugins
from core.analysis import PendingMention
from core.identity import text_sha256
from nlp.analyse import analyse
from nlp.explanation.explain import explain
from nlp.explanation.passage import explained_passage
from nlp.model import Model
from nlp.text.normalize import clean
from nlp.topic_classifier import TopicClassifier

DATA: Final = Path(__file__).parents[1] / "tests"
MIN_WORDS: Final = 5  # of a text: in a shorter one random words are the named ones
DRAWS: Final = 3
LONG_PARTS: Final = 8  # texts that make one long text


def main() -> None:
    """Print and write ``out/explanations.json``: the share of draws that the named words win."""
    options = _options()
    model = plugins.load("nlp.models", options.model, Model)()
    rows = []
    for kind, texts in _texts(options.texts, model).items():
        results = []
        for number, (text, language) in enumerate(texts):
            results.append(_compare(text, language, model, seed=number))
            print_progress(f"{kind} {number + 1} of {len(texts)}: won {results[-1]['wins']:.2f}")
        rows.append({"kind": kind, **_figures(results)})
    write_figures("explanations", {"machine": machine(), "model": model.name, "rows": rows})


def _texts(count: int, model: Model) -> dict[str, list[tuple[str, str]]]:
    """Return texts with their languages: short ones, and long ones of eight short ones each."""
    rows = [*_rows("orders.jsonl"), *_rows("intent.jsonl")]
    short = [
        (row["text"], language)
        for row in rows
        if (language := row.get("language", "en")) in model.languages
        and len(explained_passage(row["text"]).words()) >= MIN_WORDS
    ]
    Random(7).shuffle(short)
    english = [text for text, language in short if language == "en"]
    parts = range(0, len(english) - LONG_PARTS, LONG_PARTS)
    long = [("\n".join(english[i : i + LONG_PARTS]), "en") for i in parts]
    return {"short": short[:count], "long": long[: count // 10]}


def _rows(name: str) -> Iterator[dict[str, Any]]:
    for line in (DATA / "data" / name).read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _compare(text: str, language: str, model: Model, seed: int) -> dict[str, float]:
    """Return the change by the named words, the share of draws it beats, and the time."""
    classifier = TopicClassifier([], model.encode)
    analyse_texts = partial(analyse, model=model, topic_classifier=classifier)
    mention = PendingMention(
        id="0" * 32, text=text, text_sha256=text_sha256(text), claimed_language=language
    )
    start = time.perf_counter()
    explanation = explain(mention, None, model.name, analyse_texts, {})
    seconds = time.perf_counter() - start
    passage = explained_passage(text)
    words = passage.words()
    named = [w for w in words if any(e.start <= w[0] < e.end for e in explanation.words)]
    base = explanation.polarity or 0.0
    draws = [Random(seed * DRAWS + n).sample(words, len(named)) for n in range(DRAWS)]
    rest_polarities = _polarities([passage.without(d) for d in draws], language, model)
    rivals = np.abs(base - np.array(rest_polarities))
    change = abs(explanation.joint_change)
    return {
        "wins": float((change > rivals).mean()) if named else 0.0,
        "change": change,
        "random_change": float(rivals.mean()),
        "named": len(named),
        "seconds": seconds,
    }


def _polarities(texts: Sequence[str], language: str, model: Model) -> list[float]:
    predictions = model.predict([clean(text) for text in texts], [language] * len(texts))
    return [
        p.probabilities[2] - p.probabilities[0] if p.probabilities else 0.0 for p in predictions
    ]


def _figures(results: Sequence[dict[str, float]]) -> dict[str, float]:
    return {
        "texts": len(results),
        "won": round(mean(row["wins"] for row in results), 3),
        "without_words": sum(not row["named"] for row in results),
        "words": round(mean(row["named"] for row in results), 1),
        "change": round(mean(row["change"] for row in results), 3),
        "random_change": round(mean(row["random_change"] for row in results), 3),
        "seconds_median": round(median(row["seconds"] for row in results), 2),
        "seconds_max": round(max(row["seconds"] for row in results), 2),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="name of the model, as in harken.yaml")
    parser.add_argument("--texts", type=int, default=100)
    return parser.parse_args()


if __name__ == "__main__":
    main()
