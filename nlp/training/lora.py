"""Low-rank adaptation (LoRA, arXiv:2106.09685): the frozen weight W plus scale * up @ down."""

import math

import torch
from torch import Tensor, nn

from nlp.encoder.adapter import Array
from nlp.training.precision import training_dtype


class LoRALinear(nn.Module):
    """A frozen linear layer plus a trainable low-rank change, which starts at zero."""

    def __init__(self, linear: nn.Linear, rank: int, scale: float) -> None:
        super().__init__()
        self.linear = linear.requires_grad_(requires_grad=False).to(training_dtype())
        self.scale = scale
        self.down = nn.Parameter(torch.empty(rank, linear.in_features))
        self.up = nn.Parameter(torch.zeros(linear.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))  # as in nn.Linear

    def forward(self, x: Tensor) -> Tensor:
        """Run the changed layer, in the precision of training."""
        plain: Tensor = self.linear(x)
        return (
            plain + nn.functional.linear(nn.functional.linear(x, self.down), self.up) * self.scale
        )


def adapt(layers: nn.ModuleList, *, rank: int, scale: float) -> None:
    """Replace every linear layer in *layers* by a :class:`LoRALinear`."""
    linears = [(n, m) for n, m in layers.named_modules() if isinstance(m, nn.Linear)]
    for name, linear in linears:
        parent, _, leaf = name.rpartition(".")
        setattr(layers.get_submodule(parent), leaf, LoRALinear(linear, rank, scale))


def tensors(layers: nn.ModuleList) -> dict[str, Array]:
    """Return the changes by ``layer.N.NAME.down|up``, N counted from the first adapted layer."""
    changes: dict[str, Array] = {}
    for name, module in layers.named_modules():
        if isinstance(module, LoRALinear):
            changes[f"layer.{name}.down"] = module.down.detach().float().numpy()
            changes[f"layer.{name}.up"] = module.up.detach().float().numpy()
    return changes
