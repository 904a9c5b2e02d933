"""Low-rank adaptation (LoRA, arXiv:2106.09685): the frozen weight W plus scale * up @ down."""

import math

import torch
from torch import Tensor, nn

from nlp.encoder.adapter import Array


class LowRank(nn.Module):
    """A frozen linear layer and the small change that is learned; it starts as no change at all."""

    def __init__(self, frozen: nn.Linear, rank: int, scale: float) -> None:
        super().__init__()
        self.frozen = frozen.requires_grad_(requires_grad=False).to(torch.bfloat16)
        self.scale = scale
        self.down = nn.Parameter(torch.empty(rank, frozen.in_features))
        self.up = nn.Parameter(torch.zeros(frozen.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))  # as nn.Linear does

    def forward(self, x: Tensor) -> Tensor:
        """The changed layer, under autocast to bfloat16."""
        plain: Tensor = self.frozen(x)
        return (
            plain + nn.functional.linear(nn.functional.linear(x, self.down), self.up) * self.scale
        )


def adapt(layers: nn.ModuleList, *, rank: int, scale: float) -> None:
    """Put a :class:`LowRank` in the place of every linear layer in *layers*."""
    found = [(n, m) for n, m in layers.named_modules() if isinstance(m, nn.Linear)]
    for name, linear in found:
        parent, _, leaf = name.rpartition(".")
        setattr(layers.get_submodule(parent), leaf, LowRank(linear, rank, scale))


def tensors(layers: nn.ModuleList) -> dict[str, Array]:
    """The learned changes by ``layer.N.NAME.down|up``, N counted from the first adapted layer."""
    found: dict[str, Array] = {}
    for name, module in layers.named_modules():
        if isinstance(module, LowRank):
            found[f"layer.{name}.down"] = module.down.detach().float().numpy()
            found[f"layer.{name}.up"] = module.up.detach().float().numpy()
    return found
