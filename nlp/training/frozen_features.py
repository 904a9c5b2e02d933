"""Outputs of the frozen lower layers, computed once a text; training starts from them."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from nlp.encoder.batching import batches, padded_length
from nlp.encoder.network import Network, pad
from nlp.encoder.tokenizer import EncoderTokenizer
from nlp.training.precision import autocast, training_dtype

# As in the measurements behind the recipes; the few longer tweets are truncated here only.
MAX_TOKENS: Final = 96


@dataclass(frozen=True, slots=True)
class TrainingBatch:
    """The input of a training step."""

    hidden_states: Tensor  # (texts, tokens, width)
    mask: Tensor  # (texts, tokens)


class Features:
    """Shared hidden states of texts, token after token; bfloat16, to save memory."""

    def __init__(
        self,
        network: Network,
        tokenizer: EncoderTokenizer,
        texts: Sequence[str],
        cache: Path | None = None,
    ) -> None:
        """Compute the states of *texts*, or load them from *cache* if they are those of *texts*.

        The states of 130,000 texts take 20 minutes of one core without bfloat16: a run that resumes
        needs them again. *cache* is written if it does not hold them; 3 GB for that many texts.
        """
        network.eval()
        ids = [tokenizer.with_special_tokens(row[: MAX_TOKENS - 2]) for row in tokenizer.ids(texts)]
        self.lengths = [len(row) for row in ids]
        self.starts = [0, *torch.tensor(self.lengths).cumsum(0).tolist()]
        width = network.width
        key = _cache_key(ids, len(network.lower))
        if (states := _load_states(cache, key)) is not None:
            self.hidden_states = states
            return
        self.hidden_states = torch.empty(self.starts[-1], width, dtype=torch.bfloat16)
        with torch.inference_mode(), autocast():
            for batch in batches(self.lengths, 4096):
                self._fill(network, ids, batch)
        if cache is not None:
            save_file({"hidden_states": self.hidden_states}, cache, {"key": key})

    def _fill(self, network: Network, ids: Sequence[Sequence[int]], batch: list[int]) -> None:
        rows, mask = pad(
            [ids[i] for i in batch], padded_length(max(self.lengths[i] for i in batch))
        )
        states = network.lower_states(rows, mask)
        for row, index in enumerate(batch):
            start, end = self.starts[index], self.starts[index + 1]
            self.hidden_states[start:end] = states[row, : end - start].to(torch.bfloat16)

    @torch.inference_mode()
    def vectors(self, network: Network) -> Tensor:
        """Return the un-adapted vectors of all texts, float32, shape (texts, width)."""
        vectors = torch.empty(len(self.lengths), network.width)
        for indices in batches(self.lengths, 4096):
            batch = self.batch(indices)
            with autocast():
                vectors[indices] = network.base_vectors(batch.hidden_states, batch.mask).float()
        return vectors

    def batch(self, indices: Sequence[int]) -> TrainingBatch:
        """Return the texts *indices*, padded to the longest of them."""
        length = padded_length(max(self.lengths[i] for i in indices))
        states = torch.zeros(
            len(indices), length, self.hidden_states.shape[1], dtype=training_dtype()
        )
        mask = torch.zeros(len(indices), length, dtype=torch.bool)
        for row, index in enumerate(indices):
            start, end = self.starts[index], self.starts[index + 1]
            states[row, : end - start] = self.hidden_states[start:end]
            mask[row, : end - start] = True
        return TrainingBatch(states, mask)


def _cache_key(ids: Sequence[Sequence[int]], shared_layers: int) -> str:
    digest = hashlib.sha256(str(shared_layers).encode())
    for row in ids:
        digest.update(np.array([len(row), *row], "<i4").tobytes())
    return digest.hexdigest()


def _load_states(cache: Path | None, key: str) -> Tensor | None:
    """Return the states in *cache* if they were stored under *key*."""
    if cache is None or not cache.is_file():
        return None
    with safe_open(cache, framework="pt") as file:
        return file.get_tensor("hidden_states") if file.metadata()["key"] == key else None


def epoch(lengths: Sequence[int], tokens: int, seed: int) -> Iterator[list[int]]:
    """Yield the batches of one epoch in random order; *seed* alone determines them.

    Texts of a batch have similar lengths. Batches of one padded length have the same number of
    texts, so shapes repeat; a rest too small for a batch joins the next length.
    """
    rng = random.Random(seed)
    permutation = rng.sample(range(len(lengths)), len(lengths))
    order = sorted(permutation, key=lambda index: padded_length(lengths[index]))
    epoch_batches: list[list[int]] = []
    while order:
        size = _fitting_count([padded_length(lengths[index]) for index in order[:tokens]], tokens)
        epoch_batches.append(order[:size])
        order = order[size:]
    rng.shuffle(epoch_batches)
    yield from epoch_batches


def _fitting_count(lengths: Sequence[int], tokens: int) -> int:
    """Count the first texts, in order of padded *lengths*, that fit *tokens*; at least one."""
    size = max(1, tokens // lengths[0])
    while size > 1 and size * lengths[min(size, len(lengths)) - 1] > tokens:
        size -= 1
    return size
