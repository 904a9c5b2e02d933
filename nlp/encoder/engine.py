"""The contract of an engine, which runs the layers of a network; plug-ins in ``nlp.engines``."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from core.errors import ConfigError
from nlp.encoder.network import Network, Part
from nlp.encoder.packing import TOKENS

AUTO: Final = "auto"  # the device of the settings that is found by itself
_CUDA_TOKENS: Final = 16_384  # in a batch; not tuned, no CUDA device was available
_DTYPE_NAMES: Final = {torch.bfloat16: "bf16", torch.float16: "fp16", torch.float32: "fp32"}


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """The device of tensors and their precision, chosen once by an engine."""

    device: torch.device
    dtype: torch.dtype

    @property
    def batch_tokens(self) -> int:
        """The most tokens of a batch, padding included."""
        return TOKENS if self.device.type == "cpu" else _CUDA_TOKENS

    def __str__(self) -> str:
        return f"{self.device.type} {_DTYPE_NAMES[self.dtype]}"


class Engine(ABC):
    """A way to run the layers, which is nearly all of the work.

    Verdicts of two engines count as verdicts of two models.
    """

    name: str  # its part of the model's name, e.g. "cpu bf16"
    device_spec: DeviceSpec  # of its input and output states

    @abstractmethod
    def __init__(self, network: Network, folder: Path, device: str = AUTO) -> None:
        """Take over *network*; *folder* holds the files built for this engine, if there are any.

        *device* is that of the settings: AUTO, cpu, cuda or cuda:N.

        Raises:
            ConfigError: this engine cannot run here or on *device*, or its files were not built.
        """

    @abstractmethod
    def run(self, part: Part, hidden_states: Tensor, bias: Tensor) -> Tensor:
        """Run *hidden_states* (rows, width, states) through the layers of *part*.

        *bias* is that of `nlp.encoder.packing.PackedRows`. The returned tensor is valid until
        *part* is run again.
        """


def select_device(device: str = AUTO) -> DeviceSpec:
    """Return *device* (auto, cpu, cuda or cuda:N) in its fastest precision.

    AUTO is the first CUDA device, or the CPU if there is none. bfloat16 on a CPU with instructions
    for it is 3.5 times as fast as float32 (measured).

    Raises:
        ConfigError: there is no such device.
    """
    if device == AUTO:
        device = "cuda" if torch.cuda.is_available() else "cpu"
    return cpu_device() if device == "cpu" else _cuda_device(device)


def cpu_device() -> DeviceSpec:
    """Return the CPU in its fastest precision, even beside a CUDA device."""
    capabilities = torch.cpu.get_capabilities()
    has_bfloat16 = (
        capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") or capabilities.get("bf16")
    )  # x86, x86, ARM
    return DeviceSpec(torch.device("cpu"), torch.bfloat16 if has_bfloat16 else torch.float32)


def _cuda_device(name: str) -> DeviceSpec:
    """Return cuda or cuda:N in its fastest precision.

    Raises:
        ConfigError: there is no such device.
    """
    device = torch.device(name)
    count = torch.cuda.device_count()
    if not torch.cuda.is_available() or (device.index or 0) >= count:
        available = f"cpu and {count} of CUDA, counted from cuda:0" if count else "cpu only"
        raise ConfigError(f"device: there is no {name!r}; torch finds {available}.")
    has_bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False)
    return DeviceSpec(device, torch.bfloat16 if has_bfloat16 else torch.float16)
