"""How much arithmetic a text is: counted from the shapes of the encoder, nothing measured."""

from collections.abc import Sequence
from statistics import mean

from bench.workers import kind
from nlp.encoder.adapter_model import WINDOW_TOKENS
from nlp.encoder.bert_config import BertConfig, read
from nlp.encoder.tokenizer import EncoderTokenizer


def gflop_a_text(model: str, texts: Sequence[str]) -> float:
    """10^9 operations that sentiment alone asks of *model* for a text, the mean over *texts*.

    A multiplication and its addition are two operations. Only matrix products count, and no
    padding; embeddings, soft-max and heads come for nothing.
    """
    folder = kind(model).base.locate()
    shape, tokens = read(folder), EncoderTokenizer(folder)
    rows = [tokens.with_special_tokens(ids[:WINDOW_TOKENS]) for ids in tokens.ids(texts)]
    return round(mean(operations(shape, len(row)) for row in rows) / 1e9, 4)


def operations(shape: BertConfig, tokens: int) -> int:
    """Of one pass over a text of *tokens* by an encoder of *shape*.

    A layer has four square products, two with the inner width, and two of attention.
    """
    linear = 4 * shape.width * shape.width + 2 * shape.width * shape.inner
    return 2 * shape.layers * tokens * (linear + 2 * tokens * shape.width)
