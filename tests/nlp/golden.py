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


def readings() -> dict[str, list[float]]:
    """The probabilities that the packaged weights gave when they were made."""
    found: dict[str, list[float]] = json.loads(_READINGS.read_text("utf-8"))
    return found


if __name__ == "__main__":
    from nlp.clean import clean
    from nlp.models.minilm import MiniLM

    texts = list(sentences())
    shares = [r.probabilities or () for r in MiniLM().read([clean(text) for text in texts])]
    rounded = [[round(share, 4) for share in row] for row in shares]
    new = dict(zip(texts, rounded, strict=True))
    _READINGS.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n", "utf-8")
