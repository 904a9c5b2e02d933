"""The number of operations for a text, computed from the shapes of the encoder."""

from collections.abc import Sequence
from statistics import mean

from transformers import AutoConfig, PretrainedConfig

from bench.speed.workers import kind
from nlp.encoder.adapter_model import WINDOW_TOKENS
from nlp.encoder.tokenizer import EncoderTokenizer


def gflop_a_text(model: str, texts: Sequence[str]) -> float:
    """Return the mean of 10^9 operations of *model* a text in *texts*, for sentiment alone.

    A multiplication and its addition are two operations. Only matrix products without padding
    count; embeddings, soft-max and heads do not.
    """
    folder = kind(model).base.locate()
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    tokens = EncoderTokenizer(folder)
    rows = [tokens.with_special_tokens(ids[:WINDOW_TOKENS]) for ids in tokens.ids(texts)]
    return round(mean(operations(config, len(row)) for row in rows) / 1e9, 4)


def operations(config: PretrainedConfig, tokens: int) -> int:
    """Return the operations of one pass of the encoder of *config* over a text of *tokens*.

    A layer has four square products, two with the inner width, and two of attention.
    """
    width: int = config.hidden_size
    layers: int = config.num_hidden_layers
    inner: int = config.intermediate_size
    linear = 4 * width * width + 2 * width * inner
    return 2 * layers * tokens * (linear + 2 * tokens * width)
