"""nlp.engines: whoever runs the layers, a model reads the same, but for the rounding."""

import sys

import numpy as np
import pytest

from core import plugins
from core.errors import ConfigError
from nlp.encoder.pretrained import WEIGHTS_FILE
from tests.nlp.factories import tiny_adapter, tiny_encoder

pytestmark = pytest.mark.model

TEXTS = [
    "abc def",
    "x",
    "hello there you",
    "the quick brown fox jumps over the lazy dog",
    "z " * 150,
]


@pytest.fixture(scope="module")
def kind():
    from nlp.models.minilm import MiniLM

    return MiniLM


def test_both_engines_are_there_and_torch_is_the_default(kind, adapter, encoder):
    assert plugins.available("nlp.engines") == ["openvino", "torch"]
    assert kind(adapter, encoder).name == kind(adapter, encoder, "torch").name


def test_a_place_tells_device_and_precision():
    import torch

    from nlp.encoder.engine import DeviceSpec, best_device, cpu_device

    assert str(DeviceSpec(torch.device("cuda", 0), torch.float16)) == "cuda fp16"
    assert str(cpu_device()) in {"cpu bf16", "cpu fp32"}
    assert best_device() == cpu_device() or torch.cuda.is_available()


def test_embeddings_stay_as_they_are_stored_whatever_the_layers_compute_in(adapter, encoder):
    import torch

    from nlp.encoder.adapter import load_adapter
    from nlp.encoder.network import load_network

    made = load_network(encoder, load_adapter(adapter))
    made.to_device(torch.device("cpu"), torch.bfloat16)
    kinds = {name.partition(".")[0]: weight.dtype for name, weight in made.named_parameters()}
    assert kinds.pop("embeddings") == torch.float32
    assert set(kinds.values()) == {torch.bfloat16}


def test_what_was_not_built_is_refused_with_the_command_that_builds_it(kind, adapter, encoder):
    with pytest.raises(ConfigError, match="run: harken model build"):
        kind(adapter, encoder, "openvino")


def test_without_the_extra_nothing_is_built_and_the_extra_is_named(
    kind, adapter, encoder, monkeypatch
):
    from nlp.quantize import build

    monkeypatch.setitem(sys.modules, "nncf", None)
    with pytest.raises(ConfigError, match=r"harken\[fast\]"):
        build(kind, encoder, adapter)
    assert not list(encoder.glob("*openvino*"))


@pytest.mark.slow
def test_what_is_built_reads_as_torch_does_give_or_take_the_rounding(kind, tmp_path):
    pytest.importorskip("nncf", reason="not installed")
    from nlp.quantize import build

    encoder = tiny_encoder(tmp_path)  # its own: others ask for what is not built
    made = tiny_adapter(encoder, tmp_path / "a.safetensors")
    assert build(kind, encoder, made).parent == encoder
    plain, fast = (kind(made, encoder, engine) for engine in ("torch", "openvino"))
    assert fast.name == plain.name.rpartition(" cpu")[0] + " openvino int8"
    assert np.array(fast.judge(TEXTS)) == pytest.approx(np.array(plain.judge(TEXTS)), abs=0.15)
    assert (fast.embed(TEXTS) * plain.embed(TEXTS)).sum(1).min() > 0.97
    assert (encoder / WEIGHTS_FILE).is_file()
