"""Layers in 8 bits for the engine openvino: quantised after training, on texts of our own.

Weights and the inputs of matrix products become 8-bit numbers with scales that are found on a few
hundred texts (post-training quantisation, SmoothQuant arXiv:2211.10438, both by nncf).
"""

import logging
import shutil
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import torch
from torch import Tensor

from core.errors import ConfigError
from nlp.encoder import adapter
from nlp.encoder.adapter_model import Adapted, built
from nlp.encoder.network import PARTS, Network, Part, network, through
from nlp.encoder.packed import Packed, pack
from nlp.encoder.packing import batches
from nlp.engines.openvino import Stack
from nlp.text.normalize import clean
from nlp.training.datasets import our_rows

# That scales are found on; with 120, one proof sentence of minilm was read 0.17 otherwise.
TEXTS: Final = 400
_FILES: Final = ("intent", "towards")

State = tuple[Tensor, Tensor]  # hidden states before a part, and the bias of their rows


def build(kind: type[Adapted], encoder: Path | None = None, made: Path | None = None) -> Path:
    """Build the layers of *kind* and prove that they read as those of torch do; their folder.

    Raises:
        ConfigError: the extra is not installed, or what was built reads the proof otherwise.
    """
    path, place = made or adapter.WEIGHTS / kind.packaged, encoder or kind.base.locate()
    plain = kind(path, place)
    tuned = adapter.read(path)
    rows = _rows(plain)
    folder = place / built("openvino", tuned.sha256)
    with TemporaryDirectory(dir=place, prefix=".openvino-") as name:
        fresh = Path(name) / "layers"
        quantise(network(place, tuned).float().eval(), rows, fresh)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    try:
        kind(path, place, "openvino")
    except ConfigError:
        shutil.rmtree(folder)
        raise
    return folder


def quantise(merged: Network, rows: Iterable[Packed], folder: Path) -> None:
    """Write each part of *merged* to *folder*, quantised for states such as *rows* lead to."""
    try:
        import nncf
        import openvino
    except ImportError as error:
        raise ConfigError("building needs openvino and nncf: pip install harken[fast]") from error
    nncf.set_log_level(logging.ERROR)
    for part, states in _states(merged, rows).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # OpenVINO traces, which torch calls deprecated
            plain = openvino.convert_model(Stack(merged.part(part)), example_input=states[0])
            ready = nncf.quantize(
                plain,
                nncf.Dataset([tuple(x.numpy() for x in state) for state in states]),
                model_type=nncf.ModelType.TRANSFORMER,
                subset_size=len(states),
            )
        openvino.save_model(ready, folder / f"{part}.xml", compress_to_fp16=False)


@torch.inference_mode()
def _states(merged: Network, rows: Iterable[Packed]) -> Mapping[Part, list[State]]:
    """What comes into each part."""
    found: dict[Part, list[State]] = {part: [] for part in PARTS}
    for packed in rows:
        hidden = merged.start(packed)
        bias = packed.bias(hidden.dtype)
        found["lower"].append((hidden, bias))
        shared = through(merged.part("lower"), hidden, bias)
        found["base"].append((shared, bias))
        found["tuned"].append((shared, bias))
    return found


def _rows(model: Adapted) -> list[Packed]:
    pieces = [ids for _, ids in model.pieces(_texts(model.languages))]
    return [pack(pieces, batch)[1] for batch in batches([len(ids) for ids in pieces])]


def _texts(languages: Iterable[str]) -> list[str]:
    """``TEXTS`` of ours in *languages*, of all files and all their parts."""
    rows = [row for name in _FILES for row in our_rows(name) if row["language"] in languages]
    return [clean(row["text"]) for row in rows[:: max(1, len(rows) // TEXTS)]]
