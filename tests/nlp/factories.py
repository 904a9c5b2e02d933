"""Test doubles for nlp/: a model with a vocabulary of six words, and a tiny random encoder."""

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
from hypothesis import strategies as st

from core.analysis import PendingMention
from core.errors import PermanentError
from core.tokenizer import tokenize
from nlp.encoder.adapter import Adapter, ClassificationHead, save_adapter
from nlp.encoder.pretrained import WEIGHTS_FILE, file_sha256
from nlp.model import Model, Prediction
from nlp.topic_classifier import Vectors

WIDTH: Final = 64
FAILING_WORD: Final = "poison"  # the models of the tests fail on a text with this word
UNSCORED_WORD: Final = "hollow"  # … and return no probabilities for one with this word
_WORDS: Final = {"bad": 0, "broken": 0, "awful": 0, "good": 2, "lovely": 2, "great": 2}

# Any text that a platform may send, in any script, with invisible characters and commands.
texts = st.text(st.characters(codec=None), max_size=80)
plain_words = st.text(st.characters(categories=("L",)), min_size=1, max_size=8)


class WordModel(Model):
    """A predictable model: sentiment by six English words, vectors of hashed words."""

    name = "words 00000000 cpu fp32"
    encoder_sha256 = "0" * 64
    languages = frozenset({"en"})
    temperatures: ClassVar = {"sentiment": {"*": 2.0}}

    def __init__(self) -> None:
        self.is_failing = False  # True: it fails on every text
        self.calls: list[int] = []  # number of texts of each call

    def predict(
        self,
        texts: Sequence[str],
        languages: Sequence[str | None] | None = None,
    ) -> list[Prediction]:
        self.calls.append(len(texts))
        self._complain(texts)
        vectors = self.encode(texts)
        return [
            Prediction(probabilities=_probabilities(t), vector=v)
            for t, v in zip(texts, vectors, strict=True)
        ]

    def encode(self, texts: Sequence[str]) -> Vectors:
        self._complain(texts)
        return (
            np.stack([_vector(text) for text in texts])
            if texts
            else np.zeros((0, WIDTH), np.float32)
        )

    def _complain(self, texts: Sequence[str]) -> None:
        if self.is_failing or any(FAILING_WORD in text for text in texts):
            raise PermanentError("cannot read this")


def _probabilities(text: str) -> tuple[float, float, float] | None:
    if UNSCORED_WORD in text:
        return None
    shares = [0.2, 0.2, 0.2]
    shares[next((_WORDS[word] for word in tokenize(text) if word in _WORDS), 1)] = 0.6
    return shares[0], shares[1], shares[2]


def _vector(text: str) -> Vectors:
    vector = np.zeros(WIDTH, np.float32)
    for word in tokenize(text) or [""]:
        vector[zlib.crc32(word.encode()) % WIDTH] += 1
    return vector / np.float32(np.linalg.norm(vector))


def pending_mention(
    text: str, number: int = 0, source_language: str | None = "en"
) -> PendingMention:
    """Return a pending revision; its id and hash are *number*."""
    return PendingMention(
        id=f"{number:032x}",
        text=text,
        text_sha256=f"{number:064x}",
        claimed_language=source_language,
    )


def tiny_encoder(folder: Path, seed: int = 0) -> Path:
    """Save a random BERT of four narrow layers with the alphabet as vocabulary in *folder*."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    vocabulary = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *letters,
        *(f"##{c}" for c in letters),
    ]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=4, num_attention_heads=4,
        intermediate_size=64, initializer_range=0.3,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def unigram_tokenizer(vocabulary: Mapping[str, float]) -> dict[str, Any]:
    """Return a tokenizer.json: special tokens, then *vocabulary* (log probabilities)."""
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    return {
        "added_tokens": [{"id": number, "content": name} for number, name in enumerate(special)],
        "normalizer": {"type": "Precompiled", "precompiled_charsmap": ""},
        "post_processor": {"special_tokens": {"<s>": {"ids": [0]}, "</s>": {"ids": [2]}}},
        "model": {
            "type": "Unigram",
            "unk_id": 3,
            "vocab": [*([name, 0.0] for name in special), *map(list, vocabulary.items())],
        },
    }


def tiny_heads(*, temperature: float = 1.5) -> dict[str, ClassificationHead]:
    """Return the sentiment head and a head of two independent classes."""
    temperatures = {"*": temperature, "de": 2 * temperature}
    sentiment = ClassificationHead(
        classes=("negative", "neutral", "positive"), languages=("en",), temperatures=temperatures
    )
    mood = ClassificationHead(
        classes=("calm", "loud"), languages=("en",), temperatures={}, exclusive=False
    )
    return {"sentiment": sentiment, "mood": mood}


def tiny_adapter(encoder: Path, path: Path, *, has_changes: bool = True, **fields: object) -> Path:
    """Save a random adapter for the tiny encoder, with low-rank changes of 0 on request."""
    random = np.random.default_rng(1)

    def tensor(*shape: int) -> Vectors:
        return random.normal(scale=0.3, size=shape).astype(np.float16).astype(np.float32)

    name = "layer.0.attention.output.dense"
    tensors = {
        f"{name}.down": tensor(2, 32),
        f"{name}.up": tensor(32, 2) * has_changes,
    }
    for head, (classes, width) in {"sentiment": (3, 32), "mood": (2, 8)}.items():
        tensors |= {
            f"head.{head}.{part}": tensor(*shape)
            for part, shape in {
                "0.weight": (64,), "0.bias": (64,), "1.weight": (width, 64), "1.bias": (width,),
                "4.weight": (classes, width), "4.bias": (classes,),
            }.items()
        }  # fmt: skip
    defaults: dict[str, object] = {
        "encoder_sha256": file_sha256(encoder / WEIGHTS_FILE),
        "shared": 2,
        "scale": 2.0,
        "heads": tiny_heads(),
        "tensors": tensors,
        "proof": {},
        "notes": {},
    }
    save_adapter(path, Adapter(**(defaults | fields)))
    return path


def tiny_model(adapter: Path, encoder: Path, engine: str = "torch", device: str = "auto") -> Any:
    """Load files that a test made with MiniLM; the product loads released files only."""
    from nlp.encoder.release import trust_files
    from nlp.models.minilm import MiniLM

    return MiniLM(adapter, encoder, engine, device, release=trust_files(adapter, encoder))
