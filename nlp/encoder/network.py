"""The network of a model: an encoder with its base layers, tuned layers and heads."""

import copy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, get_args

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import ConfigError
from nlp.encoder.adapter import Adapter
from nlp.encoder.loading import load_encoder
from nlp.encoder.packing import PackedRows

Part = Literal["lower", "base", "tuned"]  # the stacks of layers of a network
PARTS: Final[tuple[Part, ...]] = get_args(Part)
PartRunner = Callable[[Part, Tensor, Tensor], Tensor]  # part, hidden states, attention bias


class Network(nn.Module):
    """Shared lower layers with two stacks above them: the base layers and the tuned layers.

    Topics use the un-adapted vector; on airline complaints the tuned vector reaches 34 macro-F1,
    the un-adapted one 47. Sentiment uses the tuned vector. With half of the layers shared, both
    together cost 1.5 passes.
    """

    def __init__(
        self,
        base_encoder: Any,
        shared_layers: int,
        heads: Mapping[str, tuple[int, int]],
    ) -> None:
        """Build the stacks from *base_encoder*, a BERT of transformers.

        *heads* are the number of classes and the inner width of each head.
        """
        super().__init__()
        self.width: int = base_encoder.config.hidden_size
        self.dtype = torch.float32
        self.embeddings = base_encoder.embeddings
        layers: nn.ModuleList = base_encoder.encoder.layer
        self.lower, self.base = layers[:shared_layers], layers[shared_layers:]
        self.tuned = copy.deepcopy(self.base)
        head_modules = {name: _head_module(2 * self.width, *sizes) for name, sizes in heads.items()}
        self.heads = nn.ModuleDict(head_modules)

    def lower_states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the states above the shared layers, shape (texts, tokens, width)."""
        positions = torch.arange(ids.shape[1], device=ids.device).expand_as(ids)
        return _run_masked(self.lower, self._embed(ids, positions), mask)

    def base_vectors(self, hidden_states: Tensor, mask: Tensor) -> Tensor:
        """Return un-adapted vectors (texts, width), not normalised, from the shared states."""
        return _masked_mean(_run_masked(self.base, hidden_states, mask), mask)

    def head_features(self, hidden_states: Tensor, mask: Tensor) -> Tensor:
        """Return the heads' features (texts, 2 * width): mean tuned and mean shared states.

        Two depths: with frozen layers the last and a middle one were 2 points of macro-recall
        better than the last alone. The un-adapted states are left out: sentiment alone then costs
        one pass.
        """
        tuned_means = _masked_mean(_run_masked(self.tuned, hidden_states, mask), mask)
        return torch.cat((tuned_means, _masked_mean(hidden_states, mask)), dim=1)

    def part(self, name: Part) -> nn.ModuleList:
        """Return the layers of the stack *name*."""
        layers: nn.ModuleList = getattr(self, name)
        return layers

    def to_device(self, device: torch.device, dtype: torch.dtype) -> None:
        """Compute on *device* in *dtype*.

        Embeddings keep their stored type. On a CPU they are mapped from their file: texts touch a
        few of its 250,000 rows, and both workers share the pages (190 MB of each, measured).
        """
        self.to(device)
        for module in (self.lower, self.base, self.tuned, self.heads):
            module.to(dtype)
        self.dtype = dtype

    def drop_layers(self) -> None:
        """Free the memory of all layers; for engines that run copies of their own."""
        self.lower = self.base = self.tuned = nn.ModuleList()

    def embed_tokens(self, packed_rows: PackedRows) -> Tensor:
        """Return the states of *packed_rows* below the first layer."""
        return self._embed(packed_rows.ids, packed_rows.positions).to(self.dtype)

    def _embed(self, ids: Tensor, positions: Tensor) -> Tensor:
        """Return the states of *ids* at *positions*, both (rows, width), in the stored type."""
        states: Tensor = self.embeddings(input_ids=ids, position_ids=positions)
        return states

    def features_and_vectors(
        self, packed_rows: PackedRows, run: PartRunner, *, heads: bool, vectors: bool
    ) -> tuple[Tensor | None, Tensor | None]:
        """Return `head_features` and the un-adapted vectors of *packed_rows*.

        Without *heads* or *vectors* the respective tensor is None. *run* executes the layers. Heads
        alone cost one pass of the encoder, both cost one and a half.
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
    """Load the encoder in *folder* and merge the changes of *adapter* into its weights.

    Weights stored in 16 bits stay so, to save memory; only merged weights become float32. The
    caller then chooses one precision for all (`Network.to_device`).

    Raises:
        ConfigError: *adapter* does not fit this encoder.
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
    """Return the linear layers by their names in the adapter: ``layer.N.…``, N from 0."""
    return {f"layer.{n}": m for n, m in layers.named_modules() if isinstance(m, nn.Linear)}


def pad(ids: Sequence[Sequence[int]], length: int) -> tuple[Tensor, Tensor]:
    """Return token ids and mask, both (texts, *length*); the mask is False at padding."""
    rows = np.zeros((len(ids), length), np.int64)
    mask = np.zeros((len(ids), length), np.bool_)
    for row, tokens in enumerate(ids):
        rows[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = True
    return torch.from_numpy(rows), torch.from_numpy(mask)


def run_layers(layers: nn.ModuleList, hidden_states: Tensor, bias: Tensor) -> Tensor:
    """Run *hidden_states* (rows, width, states) through *layers*, *bias* added to attention."""
    for layer in layers:
        hidden_states = layer(hidden_states, bias)
    return hidden_states


def _run_masked(layers: nn.ModuleList, hidden_states: Tensor, mask: Tensor) -> Tensor:
    """Run *hidden_states* through *layers*; *mask* (texts, tokens) is True for real tokens."""
    bias = torch.zeros_like(mask, dtype=hidden_states.dtype).masked_fill(
        ~mask, torch.finfo(hidden_states.dtype).min
    )
    return run_layers(layers, hidden_states, bias[:, None, None, :])


def _masked_mean(hidden_states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the real tokens, shape (texts, width)."""
    weight = mask.unsqueeze(-1).to(hidden_states.dtype)
    return (hidden_states * weight).sum(1) / weight.sum(1)
