"""A pinned encoder with our adapter: the code behind every packaged model."""

import math
from abc import ABC
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
import torch
from torch import nn

from core import plugins
from core.errors import ConfigError
from nlp.encoder import adapter as adapters
from nlp.encoder.adapter import SENTIMENT, Adapter
from nlp.encoder.batching import windows
from nlp.encoder.engine import Engine
from nlp.encoder.network import network
from nlp.encoder.packed import pack
from nlp.encoder.packing import batches
from nlp.encoder.pretrained import Base, verify
from nlp.encoder.tokenizer import Tokens
from nlp.model import Model, Reading

WINDOW: Final = 254  # tokens; with their two ends the 256 that MiniLM was trained for
_TINY: Final = 1e-12
_TOLERANCE: Final = 0.1  # of a probability in the proof; bfloat16 moves them by 0.02

Array = np.ndarray[Any, np.dtype[np.float32]]
Shares = tuple[float, float, float]  # negative, neutral, positive


class Adapted(Model, ABC):
    """Reads on one thread by an engine of ``nlp.engines``; start more processes for more speed.

    Raises:
        ConfigError: encoder or adapter are missing, are not the ones expected, or do not give the
            probabilities that they gave when the adapter was made; the engine cannot run here.
    """

    base: ClassVar[Base]
    packaged: ClassVar[str]  # file name of the adapter that ships

    def __init__(
        self, adapter: Path | None = None, encoder: Path | None = None, engine: str = "torch"
    ) -> None:
        torch.set_num_threads(1)
        tuned = adapters.read(adapter or adapters.WEIGHTS / self.packaged)
        if encoder is None and tuned.encoder_sha256 != self.base.sha256:
            raise ConfigError("the adapter belongs to another encoder; see `make train`")
        folder = encoder or self.base.locate()
        self.encoder_sha256 = verify(folder, tuned.encoder_sha256)
        self._heads = tuned.heads
        self.languages = frozenset(tuned.heads[SENTIMENT].languages)
        self.heads = {name: h.classes for name, h in tuned.heads.items() if name != SENTIMENT}
        self.temperatures = {name: head.temperatures for name, head in tuned.heads.items()}
        self._tokens = Tokens(folder)
        self._network = network(folder, tuned).eval()
        self._centre, self._spread = map(torch.from_numpy, tuned.level(self._network.width))
        runs = plugins.load("nlp.engines", engine, Engine)
        self._engine = runs(self._network, folder / built(engine, tuned.sha256))
        self.name = f"{self.packaged.partition('.')[0]} {tuned.sha256[:8]} {self._engine.name}"
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

    def judge(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> list[Shares | None]:
        """The sentiment that `read` finds, alone, in two thirds of its time."""
        spoken = languages or [None] * len(texts)
        shares, _ = self._means(texts, spoken, [SENTIMENT], vectors=False)
        return [_three(row) for row in _rows(shares[SENTIMENT])]

    def embed(self, texts: Sequence[str]) -> Array:
        """Un-adapted embeddings, float32, shape (len(texts), width), rows of length 1."""
        return self._means(texts, [None] * len(texts), [])[1]

    def pieces(self, texts: Sequence[str]) -> list[tuple[int, list[int]]]:
        """The windows of all texts in order: index of the text, token ids."""
        return [
            (owner, self._tokens.framed(ids))
            for owner, row in enumerate(self._tokens.ids(texts))
            for ids in windows(row, WINDOW)
        ]

    def _means(
        self,
        texts: Sequence[str],
        languages: Sequence[str | None],
        heads: Sequence[str],
        *,
        vectors: bool = True,
    ) -> tuple[dict[str, Array], Array]:
        """Probabilities by head, and vectors, of each text: means over its windows by length.

        Without *vectors* these are all zeros.
        """
        pieces = self.pieces(texts)
        logits, directions = self._passed([ids for _, ids in pieces], heads, vectors=vectors)
        owners = np.array([owner for owner, _ in pieces], int)
        lengths = np.array([len(ids) for _, ids in pieces], np.float32)[:, None]
        first = np.flatnonzero(np.diff(owners, prepend=-1))
        whole = _summed(lengths, first)
        shares = {}
        for name, rows in logits.items():
            found = self._heads[name].shares(rows, [languages[owner] for owner in owners])
            shares[name] = _summed(found * lengths, first) / whole
        vector = _summed(directions * lengths, first)
        return shares, vector / np.maximum(np.linalg.norm(vector, axis=1, keepdims=True), _TINY)

    @torch.inference_mode()
    def _passed(
        self, pieces: Sequence[Sequence[int]], heads: Sequence[str], *, vectors: bool
    ) -> tuple[dict[str, Array], Array]:
        """Logits by head, and vectors, of each window."""
        place, run = self._engine.place, self._engine.run
        logits: dict[str, Array] = {
            name: np.zeros((len(pieces), len(self._heads[name].classes)), np.float32)
            for name in heads
        }
        directions: Array = np.zeros((len(pieces), self._network.width), np.float32)
        for batch in batches([len(ids) for ids in pieces]):
            members, rows = pack(pieces, batch)
            seen, base = self._network.read(
                rows.to(place.device), run, heads=bool(heads), vectors=vectors
            )
            if base is not None:
                directions[members] = self._direction(base)
            for name in heads:
                logits[name][members] = self._network.heads[name](seen).float().cpu().numpy()
        return logits, directions

    def _direction(self, base: torch.Tensor) -> Array:
        rest = nn.functional.normalize(base.float().cpu(), dim=1) - self._centre
        found: Array = nn.functional.normalize(rest @ self._spread, dim=1).numpy()
        return found

    def _prove(self, tuned: Adapter) -> None:
        """A wrong tokenizer or a broken kernel shows here, not in the crisis."""
        read = [shares or np.nan for shares in self.judge(list(tuned.proof))]
        for found, expected in zip(read, tuned.proof.values(), strict=True):
            if not np.allclose(found, expected, atol=_TOLERANCE):
                raise ConfigError(
                    "the model failed its self-test (scores differ from training); reinstall it"
                )


def built(engine: str, adapter_sha256: str) -> str:
    """The folder, within that of the encoder, of what was built for *engine* and an adapter."""
    return f"{engine}-{adapter_sha256[:16]}"


def _rows(shares: Array) -> list[tuple[float, ...] | None]:
    """A row of *shares* as a tuple each, None where it holds no number."""
    return [tuple(row) if math.isfinite(sum(row)) else None for row in shares.tolist()]


def _three(row: tuple[float, ...] | None) -> Shares | None:
    return None if row is None else (row[0], row[1], row[2])


def _summed(rows: Array, first: np.ndarray[Any, Any]) -> Array:
    """The sums of *rows* from each of *first* to the next."""
    return np.add.reduceat(rows, first) if first.size else rows
