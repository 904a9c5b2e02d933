"""OpenVINO on the CPU: layers in 8 bits, quantised once by `harken model build`; the extra `fast`.

Only the layers are: embeddings, means and heads stay as they are, so that no table of 250,000 words
is held twice and a head sees what it always saw, give or take the rounding.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torch
from torch import Tensor, nn

from core.errors import ConfigError
from nlp.engine import Engine, processor
from nlp.network import Network, Part, through

if TYPE_CHECKING:
    from openvino import Core, InferRequest

# One worker, one thread, as everywhere; pinned, two workers would share a core.
_SINGLE: Final = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False}


class OpenVino(Engine):
    """Loads a part when it is first run: who asks for sentiment alone holds two of three."""

    name = "openvino int8"

    def __init__(self, network: Network, folder: Path) -> None:
        self.place = processor()
        if not folder.is_dir():
            raise ConfigError("nothing is built for the engine openvino; run: harken model build")
        self._core, self._folder = _core(), folder
        self._requests: dict[Part, InferRequest] = {}
        network.drop_layers()
        network.settle(self.place.device, self.place.dtype)

    def run(self, part: Part, hidden: Tensor, bias: Tensor) -> Tensor:
        """One call of the part as it was built; states come back as float32."""
        request = self._requests.get(part) or self._load(part)
        inputs = [hidden.float().numpy(), bias.float().numpy()]
        found = request.infer(inputs, share_inputs=True, share_outputs=True)
        return torch.from_numpy(found[0])

    def _load(self, part: Part) -> "InferRequest":
        compiled = self._core.compile_model(self._folder / f"{part}.xml", "CPU", _SINGLE)
        request: InferRequest = compiled.create_infer_request()
        self._requests[part] = request
        return request


class Stack(nn.Module):
    """The layers of a part as one module, which is what OpenVINO converts."""

    def __init__(self, layers: nn.ModuleList) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, hidden: Tensor, bias: Tensor) -> Any:
        """States behind the last layer."""
        return through(self.layers, hidden, bias)


def _core() -> "Core":
    try:
        from openvino import Core
    except ImportError as error:
        raise ConfigError(
            "the engine openvino is not installed; pip install harken[fast]"
        ) from error
    return Core()
