"""Sentences written for the tests, and the predictions of the packaged weights for them.

``python -m tests.nlp.golden`` rewrites golden.json. Run it only after training.
"""

import json
from pathlib import Path

_SENTENCES = Path(__file__).with_name("golden.txt")
_PREDICTIONS = Path(__file__).with_name("golden.json")


def sentences() -> dict[str, str]:
    """Return the class of each sentence according to a person, by text."""
    rows = (line.split("\t") for line in _SENTENCES.read_text("utf-8").splitlines())
    return {text: label for label, text in rows}


def golden_predictions(model: str) -> dict[str, list[float]]:
    """Return the probabilities of the packaged weights of *model* after their training, by text."""
    probabilities_by_text: dict[str, list[float]] = json.loads(_PREDICTIONS.read_text("utf-8"))[
        model
    ]
    return probabilities_by_text


if __name__ == "__main__":
    from core.plugins import load
    from harken.plugin_settings import PACKAGED_MODELS
    from nlp.model import Model
    from nlp.text.normalize import clean

    new = {}
    for name in PACKAGED_MODELS:
        model, texts = load("nlp.models", name, Model)(), list(sentences())
        predictions = model.predict([clean(text) for text in texts])
        shares = [[round(share, 4) for share in r.probabilities or ()] for r in predictions]
        new[name] = dict(zip(texts, shares, strict=True))
    _PREDICTIONS.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", "utf-8")
