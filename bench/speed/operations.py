"""The number of operations for a text, computed from the shapes of the encoder."""

from collections.abc import Sequence
from statistics import mean

from bench.speed.workers import kind
from nlp.encoder.adapter_model import WINDOW_TOKENS
from nlp.encoder.bert_config import BertConfig, read
from nlp.encoder.tokenizer import EncoderTokenizer


def gflop_a_text(model: str, texts: Sequence[str]) -> float:
    """Return the mean of 10^9 operations of *model* a text in *texts*, for sentiment alone.

    A multiplication and its addition are two operations. Only matrix products without padding
    count; embeddings, soft-max and heads do not.
    """
    folder = kind(model).base.locate()
    shape, tokens = read(folder), EncoderTokenizer(folder)
    rows = [tokens.with_special_tokens(ids[:WINDOW_TOKENS]) for ids in tokens.ids(texts)]
    return round(mean(operations(shape, len(row)) for row in rows) / 1e9, 4)


def operations(shape: BertConfig, tokens: int) -> int:
    """Return the operations of one pass of an encoder of *shape* over a text of *tokens*.

    A layer has four square products, two with the inner width, and two of attention.
    """
    linear = 4 * shape.width * shape.width + 2 * shape.width * shape.inner
    return 2 * shape.layers * tokens * (linear + 2 * tokens * shape.width)
