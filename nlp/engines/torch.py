"""PyTorch, which every installation has: on CUDA where there is a device, else on the CPU."""

from pathlib import Path

from torch import Tensor

from nlp.encoder import memory
from nlp.encoder.engine import Engine, here
from nlp.encoder.network import PARTS, Network, Part, through
from nlp.encoder.onednn import fused, fuses


class Torch(Engine):
    """The layers in the fastest precision of the device."""

    def __init__(self, network: Network, folder: Path) -> None:  # noqa: ARG002 - nothing is built
        self.place = here()
        self.name = str(self.place)
        network.settle(self.place.device, self.place.dtype)
        self._parts = {name: network.part(name) for name in PARTS}
        if self.place.device.type == "cpu":
            memory.keep()
            if fuses():
                self._parts = {name: fused(layers) for name, layers in self._parts.items()}
                network.drop_layers()

    def run(self, part: Part, hidden: Tensor, bias: Tensor) -> Tensor:
        """Layer after layer."""
        return through(self._parts[part], hidden, bias)
