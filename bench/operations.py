"""How much arithmetic a text is: counted from the shapes of the encoder, nothing measured."""

import json
from collections.abc import Sequence
from statistics import mean
from typing import Any

from bench.workers import kind
from nlp.adapted import WINDOW


def a_text(model: str, texts: Sequence[str]) -> float:
    """10^9 operations that sentiment alone asks of *model* for a text, the mean over *texts*.

    A multiplication and its addition are two operations. Only matrix products count, and no
    padding; embeddings, soft-max and heads come for nothing.
    """
    from transformers import AutoTokenizer

    folder = kind(model).base.locate()
    shape = json.loads((folder / "config.json").read_text())
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    ids = tokenizer(list(texts), verbose=False).input_ids
    return round(mean(operations(shape, min(len(row), WINDOW + 2)) for row in ids) / 1e9, 4)


def operations(shape: dict[str, Any], tokens: int) -> int:
    """Of one pass over a text of *tokens* by an encoder of *shape* (its config.json).

    A layer has four square products, two with the inner width, and two of attention.
    """
    width, inner = shape["hidden_size"], shape["intermediate_size"]
    linear = 4 * width * width + 2 * width * inner
    return int(2 * shape["num_hidden_layers"] * tokens * (linear + 2 * tokens * width))
