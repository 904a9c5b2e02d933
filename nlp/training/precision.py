"""The precision of training: bfloat16 where the processor multiplies it fast, else float32.

Without instructions for it torch emulates bfloat16 and needs several times as long.
"""

import torch

from nlp.encoder.engine import cpu_device


def training_dtype() -> torch.dtype:
    """Return the precision of frozen weights and products."""
    return cpu_device().dtype


def autocast() -> torch.autocast:
    """Return a context in which products are computed in `training_dtype`."""
    dtype = training_dtype()
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=dtype is torch.bfloat16)
