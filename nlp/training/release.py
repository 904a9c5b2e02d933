"""``python -m nlp.training.release MODEL …``: pin the packaged adapters after a training.

It loads the adapter in nlp/weights on the installed encoder, checks the sentences of the self-test
and their labels, and writes the sha256 of the adapter and the probabilities to nlp/encoder/pins.py.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from core.errors import ConfigError
from core.mention import Sentiment
from core.plugins import available, load
from nlp.encoder import pins
from nlp.encoder.adapter import ADAPTERS_FOLDER
from nlp.encoder.adapter_model import AdapterModel
from nlp.encoder.pretrained import file_sha256
from nlp.encoder.release import trust_files
from nlp.text.normalize import clean
from nlp.training.datasets import our_rows

PINS_FILE: Final = Path(pins.__file__)
DIGITS: Final = 4  # of a probability
_HEADER: Final = '''# fmt: off
# ruff: noqa: E501
"""The adapters that ship with this version; written by ``python -m nlp.training.release``."""

from collections.abc import Mapping
from typing import Final

'''

Proof = Mapping[str, tuple[float, ...]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Pin the models that *arguments* name; exit status 0, or 1 if a model fails its sentences."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training.release", description=__doc__)
    parser.add_argument("model", nargs="+", choices=available("nlp.models"))
    hashes, proofs = dict(pins.ADAPTER_SHA256), dict(pins.PROOF)
    for name in parser.parse_args(arguments).model:
        model_class = load("nlp.models", name, AdapterModel)
        path = ADAPTERS_FOLDER / model_class.adapter_file
        try:
            proofs[path.name] = prove(model_class, path, model_class.base.locate())
        except ConfigError as error:
            sys.stderr.write(f"{name}: {error}\n")
            return 1
        hashes[path.name] = file_sha256(path)
        sys.stdout.write(f"{name}: {path.name} {hashes[path.name]} is pinned\n")
    PINS_FILE.write_text(render(hashes, proofs), "utf-8")
    return 0


def prove(model_class: type[AdapterModel], adapter: Path, encoder: Path) -> Proof:
    """Return the probabilities of the self-test sentences by the model of these files.

    Raises:
        ConfigError: a file is no part of a model, or a sentence in a language of the model has no
            finite numbers or another label than people gave it.
    """
    model = model_class(adapter, encoder, release=trust_files(adapter, encoder))
    rows = list(our_rows("proof"))
    texts = [clean(row["text"]) for row in rows]
    proof = {}
    for row, text, prediction in zip(rows, texts, model.predict_sentiment(texts), strict=True):
        if prediction is None:
            raise ConfigError(f"no finite numbers for {row['text']!r}")
        label = list(Sentiment)[prediction.index(max(prediction))]
        if row["language"] in model.languages and label != row["label"]:
            raise ConfigError(f"{row['text']!r} is {label}, expected {row['label']}")
        proof[text] = tuple(round(probability, DIGITS) for probability in prediction)
    return proof


def render(hashes: Mapping[str, str], proofs: Mapping[str, Proof]) -> str:
    """Return the source of nlp/encoder/pins.py, adapters sorted by name."""
    lines = ["ADAPTER_SHA256: Final[Mapping[str, str]] = {"]
    lines += [f"    {_quoted(name)}: {_quoted(hashes[name])}," for name in sorted(hashes)]
    lines += ["}", "# Sentences of the self-test: negative, neutral, positive."]
    lines += ["PROOF: Final[Mapping[str, Mapping[str, tuple[float, ...]]]] = {"]
    for name in sorted(proofs):
        lines += [f"    {_quoted(name)}: {{"]
        lines += [f"        {_quoted(text)}: {row}," for text, row in proofs[name].items()]
        lines += ["    },"]
    return _HEADER + "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
