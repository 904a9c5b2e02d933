"""Post-training quantisation of the layers to 8 bits for the engine openvino.

Weights and the inputs of matrix products become 8-bit numbers. Their scales are calibrated on a few
hundred texts written for Harken (post-training quantisation, SmoothQuant arXiv:2211.10438, both by
nncf).
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
from nlp.encoder.adapter import ADAPTERS_FOLDER, load_adapter
from nlp.encoder.adapter_model import AdapterModel, engine_folder_name
from nlp.encoder.built_files import list_path, write_list
from nlp.encoder.network import PARTS, Network, Part, load_network, run_layers
from nlp.encoder.packing import PackedRows, batches, pack
from nlp.encoder.release import Release
from nlp.engines.openvino import Stack
from nlp.text.normalize import clean
from nlp.training.datasets import our_rows

# At least so many set the scales; with 120, one self-test sentence of minilm was 0.17 off.
CALIBRATION_TEXTS: Final = 400
_FILES: Final = ("intent", "towards")

PartInput = tuple[Tensor, Tensor]  # hidden states before a part, and the bias of their rows


def build(
    model_class: type[AdapterModel],
    encoder: Path | None = None,
    adapter_path: Path | None = None,
    release: Release | None = None,
) -> Path:
    """Build the layers of *model_class*, run the self-test on them, and return their folder.

    *encoder* defaults to the installed folder, *adapter_path* to the packaged adapter, *release* to
    its pins. An earlier build is replaced; a build that fails the self-test is removed. The list of
    the hashes of the new files is written beside their folder.

    Raises:
        ConfigError: the extra is not installed, or the built layers fail the self-test.
    """
    path = adapter_path or ADAPTERS_FOLDER / model_class.adapter_file
    encoder_folder = encoder or model_class.base.locate()
    rows = _calibration_rows(model_class(path, encoder_folder, release=release))
    adapter = load_adapter(path)
    folder = encoder_folder / engine_folder_name("openvino", adapter.sha256)
    with TemporaryDirectory(dir=encoder_folder, prefix=".openvino-") as name:
        new_folder = Path(name) / "layers"
        quantise(load_network(encoder_folder, adapter).float().eval(), rows, new_folder)
        list_path(folder).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
        new_folder.rename(folder)
    write_list(folder)
    try:
        model_class(path, encoder_folder, "openvino", release=release)
    except ConfigError:
        shutil.rmtree(folder)
        list_path(folder).unlink()
        raise
    return folder


def quantise(merged_network: Network, rows: Iterable[PackedRows], folder: Path) -> None:
    """Write each part of *merged_network* to *folder*, its scales calibrated on *rows*."""
    try:
        import nncf
        import openvino
    except ImportError as error:
        raise ConfigError("building needs openvino and nncf: pip install harken[fast]") from error
    nncf.set_log_level(logging.ERROR)
    for part, states in _part_inputs(merged_network, rows).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # OpenVINO traces, which torch has deprecated
            float_model = openvino.convert_model(
                Stack(merged_network.part(part)), example_input=states[0]
            )
            quantised_model = nncf.quantize(
                float_model,
                nncf.Dataset([tuple(x.numpy() for x in state) for state in states]),
                model_type=nncf.ModelType.TRANSFORMER,
                subset_size=len(states),
            )
        openvino.save_model(quantised_model, folder / f"{part}.xml", compress_to_fp16=False)


@torch.inference_mode()
def _part_inputs(
    merged_network: Network, rows: Iterable[PackedRows]
) -> Mapping[Part, list[PartInput]]:
    """Return the inputs of each part."""
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
    """Return CALIBRATION_TEXTS or more of our texts in *languages*, spread over all files."""
    rows = [row for name in _FILES for row in our_rows(name) if row["language"] in languages]
    return [clean(row["text"]) for row in rows[:: max(1, len(rows) // CALIBRATION_TEXTS)]]
