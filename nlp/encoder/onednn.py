"""A layer as oneDNN runs it best on a CPU: weights laid out once, sums and GELU within products.

The operators are those that torch.compile puts there (`torch/_inductor/fx_passes/mkldnn_fusion.py`,
tried with torch 2.13); it would compile for 20 s, and wants a C++ compiler.
"""

import platform
from collections.abc import Iterable
from typing import Final, cast

import torch
from torch import Tensor, nn

from nlp.encoder.bert import EncoderLayer, ResidualNorm, attend, split
from nlp.encoder.packing import TOKENS

_MACHINES: Final = ("x86_64", "AMD64")
_OPERATORS: Final = ("_linear_pointwise", "_reorder_linear_weight")
_EMPTY: Final[list[float]] = []


def has_fused_kernels() -> bool:
    """Whether this torch has the operators, and this is a processor that they were tried on."""
    if platform.machine() not in _MACHINES:
        return False
    has_onednn = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # torch left it so
    return has_onednn and all(hasattr(torch.ops.mkldnn, name) for name in _OPERATORS)


def fuse_layers(layers: nn.ModuleList) -> nn.ModuleList:
    """*layers* of an encoder, each as a `Fused`."""
    return nn.ModuleList(map(FusedLayer, cast("Iterable[EncoderLayer]", layers)))


class FusedLayer(nn.Module):
    """Reads as *layer* does, but for the rounding; it takes over its weights."""

    def __init__(self, layer: EncoderLayer) -> None:
        super().__init__()
        attention = layer.attention.self
        self.heads = attention.heads
        self.views = _reorder_weight(torch.cat([view.weight for view in attention.views()]))
        self.views_bias = torch.cat([view.bias for view in attention.views()])
        self.attention_output = FusedResidualNorm(layer.attention.output)
        dense = layer.intermediate.dense
        self.inner, self.inner_bias = _reorder_weight(dense.weight), dense.bias
        self.output = FusedResidualNorm(layer.output)

    def forward(self, hidden_states: Tensor, bias: Tensor) -> Tensor:
        """The states above; *bias* is added to scores of attention."""
        views = _linear(hidden_states, self.views, self.views_bias, "none").chunk(3, dim=2)
        query, key, value = (split(view, self.heads) for view in views)
        attention_states = self.attention_output(attend(query, key, value, bias), hidden_states)
        inner = _linear(attention_states, self.inner, self.inner_bias, "gelu")
        states: Tensor = self.output(inner, attention_states)
        return states


class FusedResidualNorm(nn.Module):
    """`Sum` in one product."""

    def __init__(self, plain: ResidualNorm) -> None:
        super().__init__()
        self.weight, self.bias = _reorder_weight(plain.dense.weight), plain.dense.bias
        self.norm = plain.LayerNorm

    def forward(self, inputs: Tensor, residual: Tensor) -> Tensor:
        """(rows, width, states), as *came*."""
        add = torch.ops.mkldnn._linear_pointwise.binary  # noqa: SLF001 - see above
        states: Tensor = self.norm(add(inputs, residual, self.weight, self.bias, "add"))
        return states


def _reorder_weight(weight: Tensor) -> Tensor:
    layout: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, TOKENS)  # noqa: SLF001
    return layout


def _linear(states: Tensor, weight: Tensor, bias: Tensor, activation: str) -> Tensor:
    """A linear layer and what is done *then*: "none" or "gelu"."""
    run = torch.ops.mkldnn._linear_pointwise  # noqa: SLF001 - see above
    output: Tensor = run(states, weight, bias, activation, _EMPTY, "none")
    return output
