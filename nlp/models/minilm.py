"""English sentiment: all-MiniLM-L6-v2 with our adapter on its upper layers."""

import copy
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoTokenizer, BertModel
from transformers.utils.logging import disable_progress_bar

from core.errors import ConfigError
from nlp import adapter as adapters
from nlp.adapter import Adapter
from nlp.batching import batches, padded, windows
from nlp.encoder import SHA256, locate, verify
from nlp.metrics import softmax
from nlp.model import Model, Reading

WINDOW: Final = 254  # tokens; with [CLS] and [SEP] the 256 that the encoder was trained for
_TOLERANCE: Final = 0.1  # of a probability in the proof; bfloat16 moves them by 0.02
_SHORT: Final = {torch.bfloat16: "bf16", torch.float32: "fp32"}

Array = np.ndarray[Any, np.dtype[np.float32]]


class MiniLM(Model):
    """Reads on one thread; start more processes for more speed.

    Raises:
        ConfigError: encoder or adapter are missing, are not the ones expected, or do not give the
            probabilities that they gave when the adapter was made.
    """

    languages = frozenset({"en"})

    def __init__(self, adapter: Path | None = None, encoder: Path | None = None) -> None:
        torch.set_num_threads(1)
        tuned = adapters.read(adapter or adapters.PACKAGED)
        folder = encoder or locate()
        if encoder is None and tuned.encoder_sha256 != SHA256:
            raise ConfigError("the adapter belongs to another encoder; `make train` makes one")
        self.encoder_sha256 = verify(folder, tuned.encoder_sha256)
        self.temperature = tuned.temperature
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        precision = _precision()
        self._network = network(folder, tuned).to(precision).eval()
        self.name = f"minilm-en {tuned.sha256[:8]} cpu {_SHORT[precision]}"
        self._prove(tuned)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """One reading a text, in order; a text of several windows is their mean by length."""
        shares, vectors = self._means(texts, judge=True)
        return [
            Reading(probabilities=_finite(row), vector=vector)
            for row, vector in zip(shares.tolist(), vectors, strict=True)
        ]

    def embed(self, texts: Sequence[str]) -> Array:
        """Un-adapted embeddings, float32, shape (len(texts), width), rows of length 1."""
        return self._means(texts, judge=False)[1]

    def _means(self, texts: Sequence[str], *, judge: bool) -> tuple[Array, Array]:
        """Probabilities and vectors of each text: means over its windows by length."""
        pieces = self._pieces(texts)
        shares, vectors = self._passed([ids for _, ids in pieces], judge=judge)
        lengths = np.array([[len(ids)] for _, ids in pieces], np.float32)
        owners = np.array([owner for owner, _ in pieces], int)
        first = np.flatnonzero(np.diff(owners, prepend=-1))
        if not first.size:
            return shares, vectors
        share: Array = np.add.reduceat(shares * lengths, first)
        vector: Array = np.add.reduceat(vectors * lengths, first)
        share /= np.add.reduceat(lengths, first)
        vector /= np.linalg.norm(vector, axis=1, keepdims=True)
        return share, vector

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
    def _passed(self, pieces: Sequence[Sequence[int]], *, judge: bool) -> tuple[Array, Array]:
        lengths = [len(ids) for ids in pieces]
        logits: Array = np.zeros((len(pieces), self._network.classes), np.float32)
        vectors = np.zeros((len(pieces), self._network.width), np.float32)
        for batch in batches(lengths):
            ids, mask = pad([pieces[i] for i in batch], padded(lengths[batch[-1]]))
            hidden = self._network.share(ids, mask)
            base = self._network.embed(hidden, mask)
            vectors[batch] = nn.functional.normalize(base.float(), dim=1).numpy()
            if judge:
                logits[batch] = self._network.judge(hidden, base, mask).float().numpy()
        return softmax(logits / self.temperature).astype(np.float32), vectors

    def _prove(self, tuned: Adapter) -> None:
        """A wrong tokenizer or a broken kernel shows here, not in the crisis."""
        read = [reading.probabilities or () for reading in self.read(list(tuned.proof))]
        for found, expected in zip(read, tuned.proof.values(), strict=True):
            if not np.allclose(found or math.nan, expected, atol=_TOLERANCE):
                raise ConfigError(
                    "the model reads its proof otherwise than in training; reinstall it"
                )


class Network(nn.Module):
    """One pass, two readings: shared lower layers, and upper layers as they were and as tuned.

    The un-adapted vector serves topics (on airline complaints the tuned one is worse at them, 34
    against 47 macro-F1), the tuned one sentiment. Sharing half of the layers, both cost 1.5 passes.
    """

    def __init__(self, encoder: BertModel, shared: int, classes: int) -> None:
        super().__init__()
        layers = encoder.encoder.layer
        self.width: int = encoder.config.hidden_size
        self.classes = classes
        self.embeddings = encoder.embeddings
        self.lower = layers[:shared]
        self.base = layers[shared:]
        self.tuned = copy.deepcopy(self.base)
        self.head = nn.Sequential(
            nn.LayerNorm(3 * self.width),
            nn.Linear(3 * self.width, self.width),
            nn.GELU(),
            nn.Dropout(0.1),
            nn.Linear(self.width, classes),
        )

    def share(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Hidden states where base and tuned part, shape (texts, tokens, width)."""
        return _run(self.lower, self.embeddings(input_ids=ids), mask)

    def embed(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Un-adapted vectors (texts, width), of any length, from the shared states."""
        return _pool(_run(self.base, hidden, mask), mask)

    def judge(self, hidden: Tensor, base: Tensor, mask: Tensor) -> Tensor:
        """Logits (texts, classes) from the shared states and the un-adapted vectors.

        The head sees three depths: with frozen layers the last and a middle one were 2 points of
        macro-recall better than the last alone.
        """
        tuned = _pool(_run(self.tuned, hidden, mask), mask)
        logits: Tensor = self.head(torch.cat((tuned, base, _pool(hidden, mask)), dim=1))
        return logits


def network(folder: Path, tuned: Adapter) -> Network:
    """The network of the encoder in *folder* with the changes of *tuned* merged into its weights.

    Raises:
        ConfigError: *tuned* does not fit this encoder.
    """
    disable_progress_bar()  # type: ignore[no-untyped-call]  # transformers left it untyped
    encoder = BertModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    made = Network(encoder, tuned.shared, len(tuned.labels))
    try:
        for name, linear in linears(made.tuned).items():
            change = tuned.change(name)
            if change is not None:
                linear.weight.data += torch.from_numpy(change)
        made.head.load_state_dict({k: torch.from_numpy(v) for k, v in tuned.head().items()})
    except RuntimeError as error:
        raise ConfigError(
            "the adapter does not fit the encoder's shape; `make train` makes one"
        ) from error
    return made


def linears(layers: nn.ModuleList) -> dict[str, nn.Linear]:
    """The linear layers by the names that the adapter knows them by: ``layer.N.…``, N from 0."""
    return {f"layer.{n}": m for n, m in layers.named_modules() if isinstance(m, nn.Linear)}


def pad(ids: Sequence[Sequence[int]], length: int) -> tuple[Tensor, Tensor]:
    """Token ids and mask, both (texts, *length*); id 0 is BERT's [PAD]."""
    rows = np.zeros((len(ids), length), np.int64)
    mask = np.zeros((len(ids), length), np.bool_)
    for row, tokens in enumerate(ids):
        rows[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = True
    return torch.from_numpy(rows), torch.from_numpy(mask)


def _run(layers: nn.ModuleList, hidden: Tensor, mask: Tensor) -> Tensor:
    """*hidden* through *layers*; *mask* (texts, tokens) is True for real tokens."""
    bias = torch.zeros_like(mask, dtype=hidden.dtype).masked_fill(
        ~mask, torch.finfo(hidden.dtype).min
    )
    for layer in layers:
        hidden = layer(hidden, bias[:, None, None, :])
    return hidden


def _pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Mean over the real tokens, shape (texts, width)."""
    weight = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weight).sum(1) / weight.sum(1)


def _finite(row: Sequence[float]) -> tuple[float, float, float] | None:
    negative, neutral, positive = row
    return (negative, neutral, positive) if math.isfinite(sum(row)) else None


def _precision() -> torch.dtype:
    """bfloat16 on a CPU with instructions for it (3.5 x as fast, measured), else float32."""
    can = torch.cpu.get_capabilities()
    has = can.get("avx512_bf16") or can.get("amx_bf16") or can.get("bf16")  # x86, x86, ARM
    return torch.bfloat16 if has else torch.float32
