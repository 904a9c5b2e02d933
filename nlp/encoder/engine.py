"""The contract of what runs the layers of a network; plug-ins in ``nlp.engines``."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from nlp.encoder.network import Network, Part

_DTYPE_NAMES: Final = {torch.bfloat16: "bf16", torch.float16: "fp16", torch.float32: "fp32"}


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """Where tensors live and in what precision; chosen once, for all code behind."""

    device: torch.device
    dtype: torch.dtype

    def __str__(self) -> str:
        return f"{self.device.type} {_DTYPE_NAMES[self.dtype]}"


class Engine(ABC):
    """Runs the layers: all but all of the work. Verdicts of two engines are of different models."""

    name: str  # what it adds to the model's name, e.g. "cpu bf16"
    device_spec: DeviceSpec  # of the states that it takes and gives

    @abstractmethod
    def __init__(self, network: Network, folder: Path) -> None:
        """Take over *network*; *folder* holds what was built for it, if anything was.

        Raises:
            ConfigError: this engine cannot run here, or nothing was built for it.
        """

    @abstractmethod
    def run(self, part: Part, hidden_states: Tensor, bias: Tensor) -> Tensor:
        """*hidden* (rows, width, states) through *part*; *bias*: `nlp.encoder.packed.Packed`.

        What it returns holds until *part* is run again.
        """


def best_device() -> DeviceSpec:
    """The first CUDA device, else this processor, in the fastest precision that it has.

    bfloat16 on a CPU with instructions for it is 3.5 x as fast as float32 (measured).
    """
    if torch.cuda.is_available():
        has_bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False)
        return DeviceSpec(torch.device("cuda"), torch.bfloat16 if has_bfloat16 else torch.float16)
    return cpu_device()


def cpu_device() -> DeviceSpec:
    """The processor, whatever else there is."""
    capabilities = torch.cpu.get_capabilities()
    has_bfloat16 = (
        capabilities.get("avx512_bf16") or capabilities.get("amx_bf16") or capabilities.get("bf16")
    )  # x86, x86, ARM
    return DeviceSpec(torch.device("cpu"), torch.bfloat16 if has_bfloat16 else torch.float32)
