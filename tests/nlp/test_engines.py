"""nlp.engines: predictions are the same with each engine, except for rounding."""

import sys

import numpy as np
import pytest

from core import plugins
from core.errors import ConfigError
from nlp.encoder.pretrained import WEIGHTS_FILE
from tests.nlp.factories import tiny_adapter, tiny_encoder, tiny_model

pytestmark = pytest.mark.model

TEXTS = [
    "abc def",
    "x",
    "hello there you",
    "the quick brown fox jumps over the lazy dog",
    "z " * 150,
]


@pytest.fixture(scope="module")
def model_class():
    from nlp.models.minilm import MiniLM

    return MiniLM


def test_both_engines_exist_and_torch_is_the_default(adapter, encoder):
    assert plugins.available("nlp.engines") == ["openvino", "torch"]
    assert tiny_model(adapter, encoder).name == tiny_model(adapter, encoder, "torch").name


def test_a_device_spec_prints_device_and_precision():
    import torch

    from nlp.encoder.engine import DeviceSpec, cpu_device, select_device

    assert str(DeviceSpec(torch.device("cuda", 0), torch.float16)) == "cuda fp16"
    assert str(cpu_device()) in {"cpu bf16", "cpu fp32"}
    assert select_device() == cpu_device() or torch.cuda.is_available()
    assert select_device("cpu") == cpu_device()


@pytest.mark.parametrize("device", ["cuda:93", "cuda:7"])
def test_a_device_that_is_absent_is_an_error_with_those_that_exist(device, adapter, encoder):
    with pytest.raises(ConfigError, match=f"there is no '{device}'; torch finds cpu"):
        tiny_model(adapter, encoder, device=device)


def test_openvino_refuses_cuda(adapter, encoder):
    with pytest.raises(ConfigError, match="openvino runs on cpu only, not on 'cuda'"):
        tiny_model(adapter, encoder, "openvino", "cuda")


def test_embeddings_keep_their_stored_type_in_any_precision(adapter, encoder):
    import torch

    from nlp.encoder.adapter import load_adapter
    from nlp.encoder.network import load_network

    network = load_network(encoder, load_adapter(adapter))
    network.to_device(torch.device("cpu"), torch.bfloat16)
    dtypes = {name.partition(".")[0]: weight.dtype for name, weight in network.named_parameters()}
    assert dtypes.pop("embeddings") == torch.float32
    assert set(dtypes.values()) == {torch.bfloat16}


def test_missing_engine_is_an_error_with_the_build_command(adapter, encoder):
    with pytest.raises(ConfigError, match="run: harken model build"):
        tiny_model(adapter, encoder, "openvino")


def test_without_the_extra_nothing_is_built_and_the_error_names_the_extra(
    model_class, adapter, encoder, monkeypatch
):
    from nlp.encoder.release import trust_files
    from nlp.quantize import build

    monkeypatch.setitem(sys.modules, "nncf", None)
    with pytest.raises(ConfigError, match=r"harken\[fast\]"):
        build(model_class, encoder, adapter, trust_files(adapter, encoder))
    assert not list(encoder.glob("*openvino*"))


@pytest.mark.slow
def test_openvino_predicts_like_torch_except_for_rounding(model_class, tmp_path):
    pytest.importorskip("nncf", reason="not installed")
    from nlp.encoder.release import trust_files
    from nlp.quantize import build

    encoder = tiny_encoder(tmp_path)  # its own: other tests need one without built layers
    adapter_path = tiny_adapter(encoder, tmp_path / "a.safetensors")
    folder = build(model_class, encoder, adapter_path, trust_files(adapter_path, encoder))
    assert folder.parent == encoder
    plain, fast = (tiny_model(adapter_path, encoder, engine) for engine in ("torch", "openvino"))
    assert fast.name == plain.name.rpartition(" cpu")[0] + " openvino int8"
    assert np.array(fast.predict_sentiment(TEXTS)) == pytest.approx(
        np.array(plain.predict_sentiment(TEXTS)), abs=0.15
    )
    assert (fast.encode(TEXTS) * plain.encode(TEXTS)).sum(1).min() > 0.97
    assert (encoder / WEIGHTS_FILE).is_file()
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(ConfigError, match=f"{path.name} has sha256 .* harken model build"):
            tiny_model(adapter_path, encoder, "openvino")
        path.write_bytes(content)
