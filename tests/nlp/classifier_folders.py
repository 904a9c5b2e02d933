"""Folders of sequence classifiers with random weights and tiny tokenizers, one a family."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
LABELS: Final = ("negative", "neutral", "positive")
POSITIONS: Final = 40  # tokens: short, so that long texts are cut into windows in no time
_SIZES: Final = {
    "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48,
    "initializer_range": 0.5,
}  # fmt: skip


def bert(folder: Path, labels: tuple[str, ...] = LABELS) -> Path:
    """Save a BERT with a WordPiece vocabulary of letters."""
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    vocabulary = _wordpiece()
    config = BertConfig(
        **_SIZES, vocab_size=len(vocabulary), max_position_embeddings=POSITIONS, **_names(labels)
    )
    return _save(folder, BertForSequenceClassification, config, BertTokenizer(vocabulary))


def distilbert(folder: Path, labels: tuple[str, ...] = LABELS) -> Path:
    """Save a DistilBERT, whose sizes have other names."""
    from transformers import DistilBertConfig, DistilBertForSequenceClassification
    from transformers import DistilBertTokenizer as Tokenizer

    vocabulary = _wordpiece()
    config = DistilBertConfig(
        dim=32, n_layers=2, n_heads=4, hidden_dim=48, initializer_range=0.5,
        vocab_size=len(vocabulary), max_position_embeddings=POSITIONS, **_names(labels),
    )  # fmt: skip
    return _save(folder, DistilBertForSequenceClassification, config, Tokenizer(vocabulary))


def roberta(folder: Path, labels: tuple[str, ...] = LABELS) -> Path:
    """Save a RoBERTa with a byte-level vocabulary; its positions start behind the padding."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import RobertaConfig, RobertaForSequenceClassification, RobertaTokenizer

    names = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *sorted(ByteLevel.alphabet())]
    names += ["Ġt", "he", "Ġthe"]
    vocabulary = {name: number for number, name in enumerate(names)}
    tokenizer = RobertaTokenizer(vocabulary, [("Ġ", "t"), ("h", "e"), ("Ġt", "he")])
    config = RobertaConfig(**_roberta_sizes(len(names)), **_names(labels))
    return _save(folder, RobertaForSequenceClassification, config, tokenizer)


def xlm_roberta(folder: Path, labels: tuple[str, ...] = LABELS) -> Path:
    """Save an XLM-R with a Unigram vocabulary."""
    from transformers import (
        XLMRobertaConfig,
        XLMRobertaForSequenceClassification,
        XLMRobertaTokenizer,
    )

    vocabulary = _unigram(["<s>", "<pad>", "</s>", "<unk>"], "<mask>")
    config = XLMRobertaConfig(**_roberta_sizes(len(vocabulary)), **_names(labels))
    tokenizer = XLMRobertaTokenizer(vocabulary)
    return _save(folder, XLMRobertaForSequenceClassification, config, tokenizer)


def deberta_v2(folder: Path, labels: tuple[str, ...] = LABELS) -> Path:
    """Save a DeBERTa-v2 with relative positions."""
    from transformers import (
        DebertaV2Config,
        DebertaV2ForSequenceClassification,
        DebertaV2Tokenizer,
    )

    vocabulary = _unigram(["[PAD]", "[UNK]", "[CLS]", "[SEP]"], "[MASK]")
    config = DebertaV2Config(
        **_SIZES, vocab_size=len(vocabulary), max_position_embeddings=POSITIONS,
        relative_attention=True, pos_att_type=["p2c", "c2p"], position_biased_input=False,
        **_names(labels),
    )  # fmt: skip
    tokenizer = DebertaV2Tokenizer(vocabulary)
    return _save(folder, DebertaV2ForSequenceClassification, config, tokenizer)


FAMILIES: Final[Mapping[str, Callable[..., Path]]] = {
    family.__name__: family for family in (bert, distilbert, roberta, xlm_roberta, deberta_v2)
}


def edit_json(path: Path, **changes: Any) -> None:
    """Change keys of the JSON object in the file at *path*; None removes a key."""
    rows = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({key: row for key, row in rows.items() if row is not None}))


def _names(labels: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id2label": dict(enumerate(labels)),
        "label2id": {label: number for number, label in enumerate(labels)},
    }


def _roberta_sizes(vocabulary: int) -> dict[str, Any]:
    """Return sizes with two positions more than tokens, as those of the published weights."""
    return {
        **_SIZES, "vocab_size": vocabulary, "max_position_embeddings": POSITIONS + 2,
        "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "type_vocab_size": 1,
    }  # fmt: skip


def _wordpiece() -> dict[str, int]:
    special = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    names = [*special, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    return {name: number for number, name in enumerate(names)}


def _unigram(special: list[str], mask: str) -> list[tuple[str, float]]:
    pieces = [(letter, -3.0) for letter in f"▁{LETTERS}"] + [("▁the", -2.0)]
    return [(name, 0.0) for name in special] + pieces + [(mask, 0.0)]


def _save(folder: Path, kind: Any, config: Any, tokenizer: Any) -> Path:
    import torch

    torch.manual_seed(7)
    tokenizer.model_max_length = POSITIONS
    kind(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
