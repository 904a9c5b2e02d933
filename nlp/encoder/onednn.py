"""A layer as oneDNN runs it best on a CPU: weights laid out once, sums and GELU within products.

The operators are those that torch.compile puts there (`torch/_inductor/fx_passes/mkldnn_fusion.py`,
tried with torch 2.13); it would compile for 20 s, and wants a C++ compiler.
"""

import platform
from collections.abc import Iterable
from typing import Final, cast

import torch
from torch import Tensor, nn

from nlp.encoder.bert import Layer, Sum, attend, split
from nlp.encoder.packing import TOKENS

_TRIED: Final = ("x86_64", "AMD64")
_OPERATORS: Final = ("_linear_pointwise", "_reorder_linear_weight")
_EMPTY: Final[list[float]] = []


def fuses() -> bool:
    """Whether this torch has the operators, and this is a processor that they were tried on."""
    if platform.machine() not in _TRIED:
        return False
    has = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # torch left it so
    return has and all(hasattr(torch.ops.mkldnn, name) for name in _OPERATORS)


def fused(layers: nn.ModuleList) -> nn.ModuleList:
    """*layers* of an encoder, each as a `Fused`."""
    return nn.ModuleList(map(Fused, cast("Iterable[Layer]", layers)))


class Fused(nn.Module):
    """Reads as *layer* does, but for the rounding; it takes over its weights."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        own = layer.attention.self
        self.heads = own.heads
        self.views = _laid_out(torch.cat([view.weight for view in own.views()]))
        self.views_bias = torch.cat([view.bias for view in own.views()])
        self.attended = FusedSum(layer.attention.output)
        dense = layer.intermediate.dense
        self.inner, self.inner_bias = _laid_out(dense.weight), dense.bias
        self.output = FusedSum(layer.output)

    def forward(self, hidden: Tensor, bias: Tensor) -> Tensor:
        """The states above; *bias* is added to scores of attention."""
        views = _product(hidden, self.views, self.views_bias, "none").chunk(3, dim=2)
        query, key, value = (split(view, self.heads) for view in views)
        attended = self.attended(attend(query, key, value, bias), hidden)
        inner = _product(attended, self.inner, self.inner_bias, "gelu")
        states: Tensor = self.output(inner, attended)
        return states


class FusedSum(nn.Module):
    """`Sum` in one product."""

    def __init__(self, plain: Sum) -> None:
        super().__init__()
        self.weight, self.bias = _laid_out(plain.dense.weight), plain.dense.bias
        self.norm = plain.LayerNorm

    def forward(self, made: Tensor, came: Tensor) -> Tensor:
        """(rows, width, states), as *came*."""
        add = torch.ops.mkldnn._linear_pointwise.binary  # noqa: SLF001 - see above
        states: Tensor = self.norm(add(made, came, self.weight, self.bias, "add"))
        return states


def _laid_out(weight: Tensor) -> Tensor:
    found: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, TOKENS)  # noqa: SLF001
    return found


def _product(states: Tensor, weight: Tensor, bias: Tensor, then: str) -> Tensor:
    """A linear layer and what is done *then*: "none" or "gelu"."""
    run = torch.ops.mkldnn._linear_pointwise  # noqa: SLF001 - see above
    found: Tensor = run(states, weight, bias, then, _EMPTY, "none")
    return found
