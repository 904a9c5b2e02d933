"""Sentences of ours and how the packaged weights read them.

``python -m tests.nlp.golden`` writes golden.json anew: after training, and only then.
"""

import json
from pathlib import Path

_SENTENCES = Path(__file__).with_name("golden.txt")
_READINGS = Path(__file__).with_name("golden.json")


def sentences() -> dict[str, str]:
    """What a person would say of each sentence: the class by the text."""
    rows = (line.split("\t") for line in _SENTENCES.read_text("utf-8").splitlines())
    return {text: label for label, text in rows}


def readings(model: str) -> dict[str, list[float]]:
    """The probabilities that the packaged weights of *model* gave when they were made."""
    found: dict[str, list[float]] = json.loads(_READINGS.read_text("utf-8"))[model]
    return found


if __name__ == "__main__":
    from core.plugins import available, load
    from nlp.model import Model
    from nlp.text.normalize import clean

    new = {}
    for name in available("nlp.models"):
        model, texts = load("nlp.models", name, Model)(), list(sentences())
        read = model.predict([clean(text) for text in texts])
        shares = [[round(share, 4) for share in r.probabilities or ()] for r in read]
        new[name] = dict(zip(texts, shares, strict=True))
    _READINGS.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", "utf-8")
