"""PyTorch, which every installation has: on CUDA where there is a device, else on the CPU."""

from pathlib import Path

from torch import Tensor

from nlp.engine import Engine, here
from nlp.network import Network, Part, through


class Torch(Engine):
    """The layers as they are, in the fastest precision of the device."""

    def __init__(self, network: Network, folder: Path) -> None:  # noqa: ARG002 - nothing is built
        self.place = here()
        self.name = str(self.place)
        network.settle(self.place.device, self.place.dtype)
        self._network = network

    def run(self, part: Part, hidden: Tensor, bias: Tensor) -> Tensor:
        """Layer after layer."""
        return through(self._network.part(part), hidden, bias)
