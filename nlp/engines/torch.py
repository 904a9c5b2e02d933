"""PyTorch, the default engine: on the device of the settings."""

from pathlib import Path

from torch import Tensor

from nlp.encoder import memory
from nlp.encoder.engine import AUTO, Engine, select_device
from nlp.encoder.network import PARTS, Network, Part, run_layers
from nlp.encoder.onednn import fuse_layers, has_fused_kernels


class Torch(Engine):
    """The layers in the fastest precision of the device."""

    def __init__(self, network: Network, folder: Path, device: str = AUTO) -> None:  # noqa: ARG002 - nothing is built
        self.device_spec = select_device(device)
        self.name = str(self.device_spec)
        network.to_device(self.device_spec.device, self.device_spec.dtype)
        self._parts = {name: network.part(name) for name in PARTS}
        if self.device_spec.device.type == "cpu":
            memory.retain_freed_memory()
            if has_fused_kernels():
                self._parts = {name: fuse_layers(layers) for name, layers in self._parts.items()}
                network.drop_layers()

    def run(self, part: Part, hidden_states: Tensor, bias: Tensor) -> Tensor:
        """Run the part layer after layer."""
        return run_layers(self._parts[part], hidden_states, bias)
