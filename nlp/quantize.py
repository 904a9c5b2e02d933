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
from nlp.encoder.adapter_model import AdapterModel, engine_folder_name
from nlp.encoder.network import PARTS, Network, Part, load_network, run_layers
from nlp.encoder.packed import PackedRows, pack
from nlp.encoder.packing import batches
from nlp.engines.openvino import Stack
from nlp.text.normalize import clean
from nlp.training.datasets import our_rows

# That scales are found on; with 120, one proof sentence of minilm was read 0.17 otherwise.
CALIBRATION_TEXTS: Final = 400
_FILES: Final = ("intent", "towards")

PartInput = tuple[Tensor, Tensor]  # hidden states before a part, and the bias of their rows


def build(
    kind: type[AdapterModel], encoder: Path | None = None, adapter_path: Path | None = None
) -> Path:
    """Build the layers of *kind* and prove that they read as those of torch do; their folder.

    Raises:
        ConfigError: the extra is not installed, or what was built reads the proof otherwise.
    """
    path, encoder_folder = (
        adapter_path or adapter.ADAPTERS_FOLDER / kind.adapter_file,
        encoder or kind.base.locate(),
    )
    plain = kind(path, encoder_folder)
    weights = adapter.load_adapter(path)
    rows = _calibration_rows(plain)
    folder = encoder_folder / engine_folder_name("openvino", weights.sha256)
    with TemporaryDirectory(dir=encoder_folder, prefix=".openvino-") as name:
        fresh = Path(name) / "layers"
        quantise(load_network(encoder_folder, weights).float().eval(), rows, fresh)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    try:
        kind(path, encoder_folder, "openvino")
    except ConfigError:
        shutil.rmtree(folder)
        raise
    return folder


def quantise(merged_network: Network, rows: Iterable[PackedRows], folder: Path) -> None:
    """Write each part of *merged* to *folder*, quantised for states such as *rows* lead to."""
    try:
        import nncf
        import openvino
    except ImportError as error:
        raise ConfigError("building needs openvino and nncf: pip install harken[fast]") from error
    nncf.set_log_level(logging.ERROR)
    for part, states in _part_inputs(merged_network, rows).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # OpenVINO traces, which torch calls deprecated
            plain = openvino.convert_model(
                Stack(merged_network.part(part)), example_input=states[0]
            )
            ready = nncf.quantize(
                plain,
                nncf.Dataset([tuple(x.numpy() for x in state) for state in states]),
                model_type=nncf.ModelType.TRANSFORMER,
                subset_size=len(states),
            )
        openvino.save_model(ready, folder / f"{part}.xml", compress_to_fp16=False)


@torch.inference_mode()
def _part_inputs(
    merged_network: Network, rows: Iterable[PackedRows]
) -> Mapping[Part, list[PartInput]]:
    """What comes into each part."""
    states: dict[Part, list[PartInput]] = {part: [] for part in PARTS}
    for packed_rows in rows:
        hidden_states = merged_network.embed_tokens(packed_rows)
        bias = packed_rows.bias(hidden_states.dtype)
        states["lower"].append((hidden_states, bias))
        shared_states = run_layers(merged_network.part("lower"), hidden_states, bias)
        states["base"].append((shared_states, bias))
        states["tuned"].append((shared_states, bias))
    return states


def _calibration_rows(model: AdapterModel) -> list[PackedRows]:
    token_lists = [ids for _, ids in model.token_windows(_calibration_texts(model.languages))]
    return [pack(token_lists, batch)[1] for batch in batches([len(ids) for ids in token_lists])]


def _calibration_texts(languages: Iterable[str]) -> list[str]:
    """``TEXTS`` of ours in *languages*, of all files and all their parts."""
    rows = [row for name in _FILES for row in our_rows(name) if row["language"] in languages]
    return [clean(row["text"]) for row in rows[:: max(1, len(rows) // CALIBRATION_TEXTS)]]
