"""One encoder, two readings: as it was made, and tuned by an adapter."""

import copy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import ConfigError
from nlp.encoder.adapter import Adapter
from nlp.encoder.bert import Encoder, load_encoder
from nlp.encoder.packed import PackedRows

Part = Literal["lower", "base", "tuned"]  # the stacks of layers of a network
PARTS: Final[tuple[Part, ...]] = get_args(Part)
PartRunner = Callable[[Part, Tensor, Tensor], Tensor]  # hidden states through a part, under a bias


class Network(nn.Module):
    """One pass, two readings: shared lower layers, and upper layers as they were and as tuned.

    The un-adapted vector serves topics (on airline complaints the tuned one is worse at them, 34
    against 47 macro-F1), the tuned one sentiment. Sharing half of the layers, both cost 1.5 passes.
    """

    def __init__(
        self, base_encoder: Encoder, shared_layers: int, heads: Mapping[str, tuple[int, int]]
    ) -> None:
        """*heads*: of each, how many classes it has and how wide it is inside."""
        super().__init__()
        self.width = base_encoder.width
        self.dtype = torch.float32
        self.embeddings = base_encoder.embeddings
        self.lower = base_encoder.layers[:shared_layers]
        self.base = base_encoder.layers[shared_layers:]
        self.tuned = copy.deepcopy(self.base)
        head_modules = {name: _head_module(2 * self.width, *sizes) for name, sizes in heads.items()}
        self.heads = nn.ModuleDict(head_modules)

    def lower_states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Hidden states where base and tuned part, shape (texts, tokens, width)."""
        positions = torch.arange(ids.shape[1], device=ids.device).expand_as(ids)
        return _run_masked(self.lower, self.embeddings(ids, positions), mask)

    def base_vectors(self, hidden_states: Tensor, mask: Tensor) -> Tensor:
        """Un-adapted vectors (texts, width), of any length, from the shared states."""
        return _masked_mean(_run_masked(self.base, hidden_states, mask), mask)

    def head_features(self, hidden_states: Tensor, mask: Tensor) -> Tensor:
        """What the heads judge by (texts, 2 * width): the tuned states and the shared ones.

        They see two depths: with frozen layers the last and a middle one were 2 points of
        macro-recall better than the last alone. The un-adapted states are no part of it, so that
        sentiment alone costs one pass.
        """
        tuned_means = _masked_mean(_run_masked(self.tuned, hidden_states, mask), mask)
        return torch.cat((tuned_means, _masked_mean(hidden_states, mask)), dim=1)

    def part(self, name: Part) -> nn.ModuleList:
        """The layers called *name*."""
        layers: nn.ModuleList = getattr(self, name)
        return layers

    def to_device(self, device: torch.device, dtype: torch.dtype) -> None:
        """Compute on *device* in *dtype*.

        Embeddings stay as they are stored: on a CPU they are mapped from their file, of which texts
        touch a few rows in 250,000, and both workers share them (190 MB of each, measured).
        """
        self.to(device)
        for module in (self.lower, self.base, self.tuned, self.heads):
            module.to(dtype)
        self.dtype = dtype

    def drop_layers(self) -> None:
        """Free the memory of all layers; who reads with them knows another way to run them."""
        self.lower = self.base = self.tuned = nn.ModuleList()

    def embed_tokens(self, packed_rows: PackedRows) -> Tensor:
        """The states of *packed* below the first layer."""
        states: Tensor = self.embeddings(packed_rows.ids, packed_rows.positions)
        return states.to(self.dtype)

    def features_and_vectors(
        self, packed_rows: PackedRows, run: PartRunner, *, heads: bool, vectors: bool
    ) -> tuple[Tensor | None, Tensor | None]:
        """What `sense` and `embed` give of *packed*, each if wanted; *run* knows the fastest way.

        Heads alone are one pass of the encoder, both are one and a half.
        """
        hidden_states = self.embed_tokens(packed_rows)
        bias = packed_rows.bias(hidden_states.dtype)
        shared_states = run("lower", hidden_states, bias)
        features = embeddings = None
        if heads:
            tuned_means = packed_rows.means(run("tuned", shared_states, bias))
            features = torch.cat((tuned_means, packed_rows.means(shared_states)), dim=1).to(
                hidden_states.dtype
            )
        if vectors:
            embeddings = packed_rows.means(run("base", shared_states, bias))
        return features, embeddings


def load_network(folder: Path, adapter: Adapter) -> Network:
    """The network of the encoder in *folder* with the changes of *tuned* merged into its weights.

    What is stored in 16 bits stays so, to save memory, but where changes are merged; the caller
    chooses one precision for all.

    Raises:
        ConfigError: *tuned* does not fit this encoder.
    """
    try:
        sizes = {
            n: (len(head.classes), _head_width(adapter, n)) for n, head in adapter.heads.items()
        }
        merged_network = Network(load_encoder(folder), adapter.shared, sizes)
        for name, linear in linear_layers(merged_network.tuned).items():
            change = adapter.weight_change(name)
            if change is not None:
                linear.weight.data = linear.weight.data.float() + torch.from_numpy(change)
        for name, head in merged_network.heads.items():
            head.load_state_dict(
                {k: torch.from_numpy(v) for k, v in adapter.head_tensors(name).items()}
            )
    except (RuntimeError, KeyError) as error:
        raise ConfigError("the adapter does not fit the encoder; see `make train`") from error
    return merged_network


def _head_module(input_width: int, classes: int, inner_width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(input_width),
        nn.Linear(input_width, inner_width),
        nn.GELU(),
        nn.Dropout(0.1),
        nn.Linear(inner_width, classes),
    )


def _head_width(adapter: Adapter, head: str) -> int:
    return len(adapter.head_tensors(head)["1.bias"])


def linear_layers(layers: nn.ModuleList) -> dict[str, nn.Linear]:
    """The linear layers by the names that the adapter knows them by: ``layer.N.…``, N from 0."""
    return {f"layer.{n}": m for n, m in layers.named_modules() if isinstance(m, nn.Linear)}


def pad(ids: Sequence[Sequence[int]], length: int) -> tuple[Tensor, Tensor]:
    """Token ids and mask, both (texts, *length*); what fills is masked: any id does."""
    rows = np.zeros((len(ids), length), np.int64)
    mask = np.zeros((len(ids), length), np.bool_)
    for row, tokens in enumerate(ids):
        rows[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = True
    return torch.from_numpy(rows), torch.from_numpy(mask)


def run_layers(layers: nn.ModuleList, hidden_states: Tensor, bias: Tensor) -> Tensor:
    """*hidden* (rows, width, states) through *layers*; *bias* is added to scores of attention."""
    for layer in layers:
        hidden_states = layer(hidden_states, bias)
    return hidden_states


def _run_masked(layers: nn.ModuleList, hidden_states: Tensor, mask: Tensor) -> Tensor:
    """*hidden* through *layers*; *mask* (texts, tokens) is True for real tokens."""
    bias = torch.zeros_like(mask, dtype=hidden_states.dtype).masked_fill(
        ~mask, torch.finfo(hidden_states.dtype).min
    )
    return run_layers(layers, hidden_states, bias[:, None, None, :])


def _masked_mean(hidden_states: Tensor, mask: Tensor) -> Tensor:
    """Mean over the real tokens, shape (texts, width)."""
    weight = mask.unsqueeze(-1).to(hidden_states.dtype)
    return (hidden_states * weight).sum(1) / weight.sum(1)
