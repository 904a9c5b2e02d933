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
from nlp.encoder.bert import Encoder, encoder
from nlp.encoder.packed import Packed

Part = Literal["lower", "base", "tuned"]  # the stacks of layers of a network
PARTS: Final[tuple[Part, ...]] = get_args(Part)
Run = Callable[[Part, Tensor, Tensor], Tensor]  # hidden states through a part, under a bias


class Network(nn.Module):
    """One pass, two readings: shared lower layers, and upper layers as they were and as tuned.

    The un-adapted vector serves topics (on airline complaints the tuned one is worse at them, 34
    against 47 macro-F1), the tuned one sentiment. Sharing half of the layers, both cost 1.5 passes.
    """

    def __init__(self, frozen: Encoder, shared: int, heads: Mapping[str, tuple[int, int]]) -> None:
        """*heads*: of each, how many classes it has and how wide it is inside."""
        super().__init__()
        self.width = frozen.width
        self.dtype = torch.float32
        self.embeddings = frozen.embeddings
        self.lower = frozen.layers[:shared]
        self.base = frozen.layers[shared:]
        self.tuned = copy.deepcopy(self.base)
        made = {name: _head(2 * self.width, *sizes) for name, sizes in heads.items()}
        self.heads = nn.ModuleDict(made)

    def share(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Hidden states where base and tuned part, shape (texts, tokens, width)."""
        positions = torch.arange(ids.shape[1], device=ids.device).expand_as(ids)
        return _run(self.lower, self.embeddings(ids, positions), mask)

    def embed(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """Un-adapted vectors (texts, width), of any length, from the shared states."""
        return _pool(_run(self.base, hidden, mask), mask)

    def sense(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """What the heads judge by (texts, 2 * width): the tuned states and the shared ones.

        They see two depths: with frozen layers the last and a middle one were 2 points of
        macro-recall better than the last alone. The un-adapted states are no part of it, so that
        sentiment alone costs one pass.
        """
        tuned = _pool(_run(self.tuned, hidden, mask), mask)
        return torch.cat((tuned, _pool(hidden, mask)), dim=1)

    def part(self, name: Part) -> nn.ModuleList:
        """The layers called *name*."""
        layers: nn.ModuleList = getattr(self, name)
        return layers

    def settle(self, device: torch.device, dtype: torch.dtype) -> None:
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

    def start(self, packed: Packed) -> Tensor:
        """The states of *packed* below the first layer."""
        states: Tensor = self.embeddings(packed.ids, packed.positions)
        return states.to(self.dtype)

    def read(
        self, packed: Packed, run: Run, *, heads: bool, vectors: bool
    ) -> tuple[Tensor | None, Tensor | None]:
        """What `sense` and `embed` give of *packed*, each if wanted; *run* knows the fastest way.

        Heads alone are one pass of the encoder, both are one and a half.
        """
        hidden = self.start(packed)
        bias = packed.bias(hidden.dtype)
        shared = run("lower", hidden, bias)
        seen = base = None
        if heads:
            tuned = packed.means(run("tuned", shared, bias))
            seen = torch.cat((tuned, packed.means(shared)), dim=1).to(hidden.dtype)
        if vectors:
            base = packed.means(run("base", shared, bias))
        return seen, base


def network(folder: Path, tuned: Adapter) -> Network:
    """The network of the encoder in *folder* with the changes of *tuned* merged into its weights.

    What is stored in 16 bits stays so, to save memory, but where changes are merged; the caller
    chooses one precision for all.

    Raises:
        ConfigError: *tuned* does not fit this encoder.
    """
    try:
        sizes = {n: (len(head.classes), _inside(tuned, n)) for n, head in tuned.heads.items()}
        made = Network(encoder(folder), tuned.shared, sizes)
        for name, linear in linears(made.tuned).items():
            change = tuned.change(name)
            if change is not None:
                linear.weight.data = linear.weight.data.float() + torch.from_numpy(change)
        for name, head in made.heads.items():
            head.load_state_dict({k: torch.from_numpy(v) for k, v in tuned.head(name).items()})
    except (RuntimeError, KeyError) as error:
        raise ConfigError("the adapter does not fit the encoder; see `make train`") from error
    return made


def _head(seen: int, classes: int, inside: int) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(seen),
        nn.Linear(seen, inside),
        nn.GELU(),
        nn.Dropout(0.1),
        nn.Linear(inside, classes),
    )


def _inside(tuned: Adapter, head: str) -> int:
    return len(tuned.head(head)["1.bias"])


def linears(layers: nn.ModuleList) -> dict[str, nn.Linear]:
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


def through(layers: nn.ModuleList, hidden: Tensor, bias: Tensor) -> Tensor:
    """*hidden* (rows, width, states) through *layers*; *bias* is added to scores of attention."""
    for layer in layers:
        hidden = layer(hidden, bias)
    return hidden


def _run(layers: nn.ModuleList, hidden: Tensor, mask: Tensor) -> Tensor:
    """*hidden* through *layers*; *mask* (texts, tokens) is True for real tokens."""
    bias = torch.zeros_like(mask, dtype=hidden.dtype).masked_fill(
        ~mask, torch.finfo(hidden.dtype).min
    )
    return through(layers, hidden, bias[:, None, None, :])


def _pool(hidden: Tensor, mask: Tensor) -> Tensor:
    """Mean over the real tokens, shape (texts, width)."""
    weight = mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weight).sum(1) / weight.sum(1)
