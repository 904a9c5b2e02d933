"""Layers with oneDNN's fused operators: weights laid out once, sums and GELU within products.

The operators are those that torch.compile inserts (`torch/_inductor/fx_passes/mkldnn_fusion.py`,
tested with torch 2.13). torch.compile itself takes 20 s and needs a C++ compiler.
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
    """Return True where torch has the operators and the processor is one they were tested on."""
    if platform.machine() not in _MACHINES:
        return False
    has_onednn = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # torch has no annotation here
    return has_onednn and all(hasattr(torch.ops.mkldnn, name) for name in _OPERATORS)


def fuse_layers(layers: nn.ModuleList) -> nn.ModuleList:
    """Return *layers* of an encoder, each as a `FusedLayer`."""
    return nn.ModuleList(map(FusedLayer, cast("Iterable[EncoderLayer]", layers)))


class FusedLayer(nn.Module):
    """A drop-in for *layer* that takes over its weights; results differ by rounding alone."""

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
        """Return the states above the layer; *bias* is added to scores of attention."""
        views = _linear(hidden_states, self.views, self.views_bias, "none").chunk(3, dim=2)
        query, key, value = (split(view, self.heads) for view in views)
        attention_states = self.attention_output(attend(query, key, value, bias), hidden_states)
        inner = _linear(attention_states, self.inner, self.inner_bias, "gelu")
        states: Tensor = self.output(inner, attention_states)
        return states


class FusedResidualNorm(nn.Module):
    """A `ResidualNorm` with one product."""

    def __init__(self, plain: ResidualNorm) -> None:
        super().__init__()
        self.weight, self.bias = _reorder_weight(plain.dense.weight), plain.dense.bias
        self.norm = plain.LayerNorm

    def forward(self, inputs: Tensor, residual: Tensor) -> Tensor:
        """Return states of the shape of *residual*, (rows, width, states)."""
        add = torch.ops.mkldnn._linear_pointwise.binary  # noqa: SLF001 - see above
        states: Tensor = self.norm(add(inputs, residual, self.weight, self.bias, "add"))
        return states


def _reorder_weight(weight: Tensor) -> Tensor:
    layout: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, TOKENS)  # noqa: SLF001
    return layout


def _linear(states: Tensor, weight: Tensor, bias: Tensor, activation: str) -> Tensor:
    """Run a linear layer and its *activation*, "none" or "gelu"."""
    run = torch.ops.mkldnn._linear_pointwise  # noqa: SLF001 - see above
    output: Tensor = run(states, weight, bias, activation, _EMPTY, "none")
    return output
