"""The script of the model cases makes only the change of its case."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.reality import model_script
from bench.reality.model_script import BIAS, WEIGHT, changed_adapter, damage_encoder, damage_file
from nlp.encoder.adapter import SENTIMENT, Adapter, ClassificationHead

THREE = ("negative", "neutral", "positive")


@pytest.fixture
def adapter():
    head = ClassificationHead(classes=THREE, languages=("en",), temperatures={})
    return Adapter(
        encoder_sha256="0" * 64,
        shared=1,
        scale=1.0,
        heads={SENTIMENT: head},
        tensors={
            WEIGHT: np.arange(6, dtype=np.float32).reshape(3, 2),
            BIAS: np.arange(3, dtype=np.float32),
            "other": np.ones(2, np.float32),
        },
        proof={"A good day.": (0.1, 0.2, 0.7)},
        notes={},
    )


def test_swap_reverses_the_classes_of_the_last_layer_only(adapter):
    changed_model = changed_adapter({"what": "swap"}, adapter)
    assert changed_model.tensors[WEIGHT].tolist() == [[4, 5], [2, 3], [0, 1]]
    assert changed_model.tensors[BIAS].tolist() == [2, 1, 0]
    assert changed_model.tensors["other"] is adapter.tensors["other"]
    assert changed_model.proof == adapter.proof


def test_shift_adds_to_the_bias(adapter):
    changed_model = changed_adapter({"what": "shift", "by": [0, 2, -1]}, adapter)
    assert changed_model.tensors[BIAS].tolist() == [0, 3, 1]


def test_nan_fills_the_last_layer(adapter):
    assert np.isnan(changed_adapter({"what": "nan"}, adapter).tensors[WEIGHT]).all()
    assert not np.isnan(adapter.tensors[WEIGHT]).any()


def test_classes_reverses_their_names(adapter):
    head = changed_adapter({"what": "classes"}, adapter).heads[SENTIMENT]
    assert head.classes == tuple(reversed(THREE))


def test_removed_proof_does_not_change_the_tensors(adapter):
    changed_model = changed_adapter({"what": "byte", "proof": "none"}, adapter)
    assert changed_model.proof == {}
    assert changed_model.tensors == adapter.tensors


def test_header_has_another_length(tmp_path):
    path = tmp_path / "adapter"
    path.write_bytes(b"\x08" + b"\0" * 7 + b"{}      rest")
    damage_file({"what": "header", "bytes": 50_000_000_000}, path)
    assert path.read_bytes() == (50_000_000_000).to_bytes(8, "little") + b"{}      rest"


def test_tokens_are_exchanged(tmp_path):
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps({"model": {"vocab": {"recall": 1, "praise": 2, "a": 3}}}))
    damage_encoder({"what": "tokens", "exchange": [["recall", "praise"]]}, tmp_path, tmp_path / "x")
    assert json.loads(path.read_text())["model"]["vocab"] == {"recall": 2, "praise": 1, "a": 3}


def test_one_bit_of_the_weights_is_changed(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(bytes(9))
    damage_encoder({"what": "byte"}, tmp_path, tmp_path / "x")
    assert path.read_bytes() == b"\0\0\0\0\1\0\0\0\0"


def test_config_names_code_in_its_folder(tmp_path):
    path = tmp_path / "config.json"
    path.write_text('{"hidden_size": 384}')
    damage_encoder({"what": "config"}, tmp_path, tmp_path / "x")
    assert json.loads(path.read_text()) == {
        "hidden_size": 384,
        "auto_map": {"AutoModel": "evil.Model"},
    }
    assert (tmp_path / "evil.py").exists()


@pytest.mark.model
def test_script_run_as_text_prints_one_line_of_json(tmp_path):
    text = Path(model_script.__file__).read_text(encoding="utf-8")
    command = [sys.executable, "-c", text, json.dumps({"what": "byte"}), str(tmp_path)]
    process = subprocess.run(command, capture_output=True, text=True, check=True)
    answer = json.loads(process.stdout.splitlines()[-1])
    assert answer["refused"] is True
    assert answer["error"] == "ConfigError"
