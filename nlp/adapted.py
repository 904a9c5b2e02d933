"""A pinned encoder with our adapter: the code behind every packaged model."""

import math
from abc import ABC
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
import torch
from torch import nn
from transformers import AutoTokenizer

from core.errors import ConfigError
from nlp import adapter as adapters
from nlp.adapter import SENTIMENT, Adapter
from nlp.base import Base, verify
from nlp.batching import batches, padded, windows
from nlp.model import Model, Reading
from nlp.network import network, pad

WINDOW: Final = 254  # tokens; with their two ends the 256 that MiniLM was trained for
_TINY: Final = 1e-12
_TOLERANCE: Final = 0.1  # of a probability in the proof; bfloat16 moves them by 0.02
_SHORT: Final = {torch.bfloat16: "bf16", torch.float32: "fp32"}

Array = np.ndarray[Any, np.dtype[np.float32]]


class Adapted(Model, ABC):
    """Reads on one thread; start more processes for more speed.

    Raises:
        ConfigError: encoder or adapter are missing, are not the ones expected, or do not give the
            probabilities that they gave when the adapter was made.
    """

    base: ClassVar[Base]
    packaged: ClassVar[str]  # file name of the adapter that ships

    def __init__(self, adapter: Path | None = None, encoder: Path | None = None) -> None:
        torch.set_num_threads(1)
        tuned = adapters.read(adapter or adapters.WEIGHTS / self.packaged)
        if encoder is None and tuned.encoder_sha256 != self.base.sha256:
            raise ConfigError("the adapter belongs to another encoder; `make train` makes one")
        folder = encoder or self.base.locate()
        self.encoder_sha256 = verify(folder, tuned.encoder_sha256)
        self._heads = tuned.heads
        self.languages = frozenset(tuned.heads[SENTIMENT].languages)
        self.heads = {name: h.classes for name, h in tuned.heads.items() if name != SENTIMENT}
        self.temperatures = {name: head.temperatures for name, head in tuned.heads.items()}
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        precision = _precision()
        self._network = network(folder, tuned).to(precision).eval()
        self._centre, self._spread = map(torch.from_numpy, tuned.level(self._network.width))
        stem = self.packaged.partition(".")[0]
        self.name = f"{stem} {tuned.sha256[:8]} cpu {_SHORT[precision]}"
        self._prove(tuned)

    def read(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> list[Reading]:
        """One reading a text, in order; a text of several windows is their mean by length.

        A head says nothing of a text that is told to be in a language it was not trained on.
        """
        spoken = languages or [None] * len(texts)
        shares, vectors = self._means(texts, spoken, list(self._heads))
        rows = {name: _rows(found) for name, found in shares.items()}
        sentiment = map(_three, rows.pop(SENTIMENT))
        return [
            Reading(
                probabilities=three,
                vector=vector,
                heads={
                    name: row
                    for name, found in rows.items()
                    if (row := found[number]) and self._heads[name].knows(spoken[number])
                },
            )
            for number, (three, vector) in enumerate(zip(sentiment, vectors, strict=True))
        ]

    def embed(self, texts: Sequence[str]) -> Array:
        """Un-adapted embeddings, float32, shape (len(texts), width), rows of length 1."""
        return self._means(texts, [None] * len(texts), [])[1]

    def _means(
        self, texts: Sequence[str], languages: Sequence[str | None], heads: Sequence[str]
    ) -> tuple[dict[str, Array], Array]:
        """Probabilities by head, and vectors, of each text: means over its windows by length."""
        pieces = self._pieces(texts)
        logits, vectors = self._passed([ids for _, ids in pieces], heads)
        owners = np.array([owner for owner, _ in pieces], int)
        lengths = np.array([len(ids) for _, ids in pieces], np.float32)[:, None]
        first = np.flatnonzero(np.diff(owners, prepend=-1))
        whole = _summed(lengths, first)
        shares = {}
        for name, rows in logits.items():
            degrees = [self._heads[name].temperature(languages[owner]) for owner in owners]
            found = self._heads[name].shares(rows, np.array(degrees, np.float32))
            shares[name] = _summed(found * lengths, first) / whole
        vector = _summed(vectors * lengths, first)
        return shares, vector / np.maximum(np.linalg.norm(vector, axis=1, keepdims=True), _TINY)

    def _pieces(self, texts: Sequence[str]) -> list[tuple[int, list[int]]]:
        """The windows of all texts in order: index of the text, token ids."""
        cls, sep = self._tokenizer.cls_token_id, self._tokenizer.sep_token_id
        if not texts:
            return []
        rows = self._tokenizer(list(texts), add_special_tokens=False, verbose=False).input_ids
        return [
            (owner, [cls, *ids, sep])
            for owner, row in enumerate(rows)
            for ids in windows(row, WINDOW)
        ]

    @torch.inference_mode()
    def _passed(
        self, pieces: Sequence[Sequence[int]], heads: Sequence[str]
    ) -> tuple[dict[str, Array], Array]:
        """Logits by head, and vectors, of each window."""
        lengths = [len(ids) for ids in pieces]
        logits: dict[str, Array] = {
            name: np.zeros((len(pieces), len(self._heads[name].classes)), np.float32)
            for name in heads
        }
        vectors: Array = np.zeros((len(pieces), self._network.width), np.float32)
        for batch in batches(lengths):
            ids, mask = pad([pieces[i] for i in batch], padded(lengths[batch[-1]]))
            hidden = self._network.share(ids, mask)
            base = self._network.embed(hidden, mask)
            rest = nn.functional.normalize(base.float(), dim=1) - self._centre
            vectors[batch] = nn.functional.normalize(rest @ self._spread, dim=1).numpy()
            seen = self._network.sense(hidden, mask) if heads else None
            for name in heads:
                logits[name][batch] = self._network.heads[name](seen).float().numpy()
        return logits, vectors

    def _prove(self, tuned: Adapter) -> None:
        """A wrong tokenizer or a broken kernel shows here, not in the crisis."""
        read = [reading.probabilities or np.nan for reading in self.read(list(tuned.proof))]
        for found, expected in zip(read, tuned.proof.values(), strict=True):
            if not np.allclose(found, expected, atol=_TOLERANCE):
                raise ConfigError(
                    "the model reads its proof otherwise than in training; reinstall it"
                )


def _rows(shares: Array) -> list[tuple[float, ...] | None]:
    """A row of *shares* as a tuple each, None where it holds no number."""
    return [tuple(row) if math.isfinite(sum(row)) else None for row in shares.tolist()]


def _three(row: tuple[float, ...] | None) -> tuple[float, float, float] | None:
    return None if row is None else (row[0], row[1], row[2])


def _summed(rows: Array, first: np.ndarray[Any, Any]) -> Array:
    """The sums of *rows* from each of *first* to the next."""
    return np.add.reduceat(rows, first) if first.size else rows


def _precision() -> torch.dtype:
    """bfloat16 on a CPU with instructions for it (3.5 x as fast, measured), else float32."""
    can = torch.cpu.get_capabilities()
    has = can.get("avx512_bf16") or can.get("amx_bf16") or can.get("bf16")  # x86, x86, ARM
    return torch.bfloat16 if has else torch.float32
