"""The base class of every packaged model: a pinned encoder with an adapter."""

import math
from abc import ABC
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
import torch
from torch import nn

from core import plugins
from nlp.encoder.adapter import ADAPTERS_FOLDER, SENTIMENT
from nlp.encoder.batching import split_into_windows
from nlp.encoder.engine import AUTO, Engine
from nlp.encoder.network import load_network
from nlp.encoder.packing import batches, pack
from nlp.encoder.pretrained import PretrainedEncoder
from nlp.encoder.release import Release, packaged_release
from nlp.encoder.tokenizer import EncoderTokenizer
from nlp.model import Model, Prediction

WINDOW_TOKENS: Final = 254  # with two special tokens the 256 that MiniLM was trained for
_EPSILON: Final = 1e-12

Array = np.ndarray[Any, np.dtype[np.float32]]
SentimentProbabilities = tuple[float, float, float]  # negative, neutral, positive


class AdapterModel(Model, ABC):
    """A model that predicts on one thread through an engine of ``nlp.engines``.

    Start more processes for more speed.

    Raises:
        ConfigError: the encoder or the adapter is missing or is not the expected one, the self-test
            gives other probabilities than after training, or the engine cannot run here.
    """

    base: ClassVar[PretrainedEncoder]
    adapter_file: ClassVar[str]  # file name of the packaged adapter

    def __init__(
        self,
        adapter: Path | None = None,
        encoder: Path | None = None,
        engine: str = "torch",
        device: str = AUTO,
        *,
        release: Release | None = None,
    ) -> None:
        """Load the packaged adapter, or *adapter*, on the installed encoder, or *encoder*.

        *release* has the expected files and numbers; default: those of the packaged model.
        """
        torch.set_num_threads(1)
        release = release or packaged_release(self.adapter_file, self.base)
        folder = encoder or self.base.locate()
        trained_adapter = release.load(adapter or ADAPTERS_FOLDER / self.adapter_file, folder)
        self.encoder_sha256 = trained_adapter.encoder_sha256
        self._heads = trained_adapter.heads
        self.languages = frozenset(self._heads[SENTIMENT].languages)
        self.heads = {name: h.classes for name, h in self._heads.items() if name != SENTIMENT}
        self.temperatures = {name: head.temperatures for name, head in self._heads.items()}
        self.sentiment_shares = self._heads[SENTIMENT].assumed_shares()
        self._tokenizer = EncoderTokenizer(folder)
        self._network = load_network(folder, trained_adapter).eval()
        self._whitening_mean, self._whitening_matrix = map(
            torch.from_numpy, trained_adapter.whitening(self._network.width)
        )
        engine_class = plugins.load("nlp.engines", engine, Engine)
        self._engine = engine_class(
            self._network, folder / engine_folder_name(engine, trained_adapter.sha256), device
        )
        file_stem = self.adapter_file.partition(".")[0]
        self.name = f"{file_stem} {trained_adapter.sha256[:8]} {self._engine.name}"
        release.self_test(self.name, self.predict_sentiment)

    def predict(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> list[Prediction]:
        """Return one prediction a text, in order: the mean over its windows, weighted by length.

        Heads that were not trained on the language of a text are left out of its prediction.
        """
        codes = languages or [None] * len(texts)
        probabilities, vectors = self._window_means(texts, codes, list(self._heads))
        rows = {name: _finite_rows(by_text) for name, by_text in probabilities.items()}
        sentiment = map(_sentiment_triple, rows.pop(SENTIMENT))
        return [
            Prediction(
                probabilities=triple,
                vector=vector,
                heads={
                    name: row
                    for name, by_text in rows.items()
                    if (row := by_text[index]) and self._heads[name].supports(codes[index])
                },
            )
            for index, (triple, vector) in enumerate(zip(sentiment, vectors, strict=True))
        ]

    def predict_sentiment(
        self, texts: Sequence[str], languages: Sequence[str | None] | None = None
    ) -> list[SentimentProbabilities | None]:
        """Return only the sentiment of `predict`, in two thirds of its time."""
        codes = languages or [None] * len(texts)
        probabilities, _ = self._window_means(texts, codes, [SENTIMENT], vectors=False)
        return [_sentiment_triple(row) for row in _finite_rows(probabilities[SENTIMENT])]

    def encode(self, texts: Sequence[str]) -> Array:
        """Return embeddings by the encoder without the adapter: float32, rows of unit length."""
        return self._window_means(texts, [None] * len(texts), [])[1]

    def token_windows(self, texts: Sequence[str]) -> list[tuple[int, list[int]]]:
        """Return the windows of all texts in order: index of the text, token ids."""
        return [
            (text_index, self._tokenizer.with_special_tokens(ids))
            for text_index, row in enumerate(self._tokenizer.ids(texts))
            for ids in split_into_windows(row, WINDOW_TOKENS)
        ]

    def _window_means(
        self,
        texts: Sequence[str],
        languages: Sequence[str | None],
        heads: Sequence[str],
        *,
        vectors: bool = True,
    ) -> tuple[dict[str, Array], Array]:
        """Return probabilities by head, and vectors, of each text: means weighted by window length.

        Without *vectors* the second array is all zeros.
        """
        token_lists = self.token_windows(texts)
        logits, embeddings = self._run_windows(
            [ids for _, ids in token_lists], heads, vectors=vectors
        )
        text_indices = np.array([text_index for text_index, _ in token_lists], int)
        lengths = np.array([len(ids) for _, ids in token_lists], np.float32)[:, None]
        starts = np.flatnonzero(np.diff(text_indices, prepend=-1))
        totals = _segment_sums(lengths, starts)
        by_head = {}
        for name, rows in logits.items():
            probabilities = self._heads[name].probabilities(
                rows, [languages[text_index] for text_index in text_indices]
            )
            by_head[name] = _segment_sums(probabilities * lengths, starts) / totals
        vector = _segment_sums(embeddings * lengths, starts)
        return by_head, vector / np.maximum(np.linalg.norm(vector, axis=1, keepdims=True), _EPSILON)

    @torch.inference_mode()
    def _run_windows(
        self, token_lists: Sequence[Sequence[int]], heads: Sequence[str], *, vectors: bool
    ) -> tuple[dict[str, Array], Array]:
        """Return logits by head, and vectors, of each window."""
        device_spec, run = self._engine.device_spec, self._engine.run
        logits: dict[str, Array] = {
            name: np.zeros((len(token_lists), len(self._heads[name].classes)), np.float32)
            for name in heads
        }
        embeddings: Array = np.zeros((len(token_lists), self._network.width), np.float32)
        lengths = [len(ids) for ids in token_lists]
        for batch in batches(lengths, device_spec.batch_tokens):
            indices, rows = pack(token_lists, batch)
            features, embedding = self._network.features_and_vectors(
                rows.to(device_spec.device), run, heads=bool(heads), vectors=vectors
            )
            if embedding is not None:
                embeddings[indices] = self._whiten(embedding)
            for name in heads:
                logits[name][indices] = self._network.heads[name](features).float().cpu().numpy()
        return logits, embeddings

    def _whiten(self, embedding: torch.Tensor) -> Array:
        deviations = nn.functional.normalize(embedding.float().cpu(), dim=1) - self._whitening_mean
        vectors: Array = nn.functional.normalize(deviations @ self._whitening_matrix, dim=1).numpy()
        return vectors


def engine_folder_name(engine: str, adapter_sha256: str) -> str:
    """Return the subfolder of an encoder for the files built for *engine* and an adapter."""
    return f"{engine}-{adapter_sha256[:16]}"


def _finite_rows(probabilities: Array) -> list[tuple[float, ...] | None]:
    """Return each row of *probabilities* as a tuple; None for a row with NaN or infinity."""
    return [tuple(row) if math.isfinite(sum(row)) else None for row in probabilities.tolist()]


def _sentiment_triple(row: tuple[float, ...] | None) -> SentimentProbabilities | None:
    return None if row is None else (row[0], row[1], row[2])


def _segment_sums(rows: Array, starts: np.ndarray[Any, Any]) -> Array:
    """Return the sums of *rows* from each of *starts* to the next."""
    return np.add.reduceat(rows, starts) if starts.size else rows
