"""OpenVINO on the CPU: layers in 8 bits, quantised once by `harken model build`; the extra `fast`.

Only the layers are quantised. Embeddings, means and heads stay in the network: the table of 250,000
words is held once, and the inputs of the heads differ by rounding alone.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torch
from torch import Tensor, nn

from core.errors import ConfigError
from nlp.encoder import memory
from nlp.encoder.built_files import check_built_files
from nlp.encoder.engine import AUTO, Engine, cpu_device
from nlp.encoder.network import Network, Part, run_layers
from nlp.encoder.packing import TOKENS, WIDTHS

if TYPE_CHECKING:
    from openvino import Core, InferRequest

_FULL_SHAPE: Final = (TOKENS // WIDTHS[0], WIDTHS[0])  # rows, width: a full pass of short texts
# One thread a worker, as everywhere. With CPU pinning two workers would share a core.
_SINGLE_THREAD: Final = {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False}


class OpenVino(Engine):
    """Parts of the network, compiled at their first run: sentiment alone needs two of three.

    Each part exists twice: for all shapes, and for full passes of short texts. With a fixed shape
    OpenVINO is 6 % faster (measured).
    """

    name = "openvino int8"

    def __init__(self, network: Network, folder: Path, device: str = AUTO) -> None:
        if device not in {AUTO, "cpu"}:
            raise ConfigError(f"device: the engine openvino runs on cpu only, not on {device!r}.")
        self.device_spec = cpu_device()
        for check in check_built_files(folder):
            check.raise_if_wrong()
        self._core, self._folder = _openvino_core(), folder
        self._requests: dict[tuple[Part, bool], InferRequest] = {}
        memory.retain_freed_memory()
        network.drop_layers()
        network.to_device(self.device_spec.device, self.device_spec.dtype)

    def run(self, part: Part, hidden_states: Tensor, bias: Tensor) -> Tensor:
        """Run the compiled part; the returned states are float32."""
        full = tuple(hidden_states.shape[:2]) == _FULL_SHAPE
        request = self._requests.get((part, full)) or self._load(part, full=full)
        inputs = [hidden_states.float().numpy(), bias.float().numpy()]
        outputs = request.infer(inputs, share_inputs=True, share_outputs=True)
        return torch.from_numpy(outputs[0])

    def _load(self, part: Part, *, full: bool) -> "InferRequest":
        model = self._core.read_model(self._folder / f"{part}.xml")
        if full:
            rows, width = _FULL_SHAPE
            hidden_input, bias = model.inputs
            states = hidden_input.partial_shape[2]
            model.reshape({hidden_input: [rows, width, states], bias: [rows, 1, width, width]})
        cpu_model = self._core.compile_model(model, "CPU", _SINGLE_THREAD)
        request: InferRequest = cpu_model.create_infer_request()
        self._requests[part, full] = request
        return request


class Stack(nn.Module):
    """The layers of a part as one module, for conversion by OpenVINO."""

    def __init__(self, layers: nn.ModuleList) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, hidden_states: Tensor, bias: Tensor) -> Any:
        """Return the states above the last layer."""
        return run_layers(self.layers, hidden_states, bias)


def _openvino_core() -> "Core":
    try:
        from openvino import Core
    except ImportError as error:
        raise ConfigError(
            "the engine openvino is not installed; run: pip install harken[fast]"
        ) from error
    return Core()
