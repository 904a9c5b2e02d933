"""nlp.encoder.adapter: adapters round-trip through files; other files are rejected."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import ConfigError
from nlp.encoder.adapter import Adapter, ClassificationHead, load_adapter, save_adapter

DOWN = np.array([[1, 2, 3]], np.float32)
UP = np.array([[1], [-1]], np.float32)


@pytest.fixture
def adapter():
    return Adapter(
        encoder_sha256="ab" * 32,
        shared=3,
        scale=0.5,
        heads={
            "sentiment": ClassificationHead(
                classes=("negative", "neutral", "positive"),
                languages=("de", "en"),
                temperatures={"*": 1.5, "en": 1.25},
                priors={"en": (0.25, 0.5, 0.25)},
            ),
            "intent": ClassificationHead(
                classes=("a", "b"), languages=(), temperatures={}, exclusive=False
            ),
        },
        tensors={"layer.0.query.down": DOWN, "layer.0.query.up": UP, "head.intent.0.bias": UP},
        proof={"fine": (0.25, 0.5, 0.25)},
        notes={"seed": 7},
    )


def test_loading_returns_the_saved_adapter(adapter, tmp_path):
    path = tmp_path / "adapter.safetensors"
    save_adapter(path, adapter)
    loaded_adapter = load_adapter(path)
    for name in ("encoder_sha256", "shared", "scale", "heads", "proof", "notes"):
        assert getattr(loaded_adapter, name) == getattr(adapter, name)
    assert {n: t.tolist() for n, t in loaded_adapter.tensors.items()} == {
        n: t.tolist() for n, t in adapter.tensors.items()
    }
    assert all(tensor.dtype == np.float32 for tensor in loaded_adapter.tensors.values())


def test_hash_is_that_of_the_file(adapter, tmp_path):
    path, copy = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    save_adapter(path, adapter)
    save_adapter(copy, adapter)
    assert len(bytes.fromhex(load_adapter(path).sha256)) == 32
    assert load_adapter(path).sha256 == load_adapter(copy).sha256


def test_weight_change_is_the_scaled_product_of_its_factors(adapter):
    assert adapter.weight_change("layer.0.query").tolist() == [[0.5, 1.0, 1.5], [-0.5, -1.0, -1.5]]
    assert adapter.weight_change("layer.1.query") is None


def test_head_has_the_tensors_with_its_name(adapter):
    tensors = {name: tensor.tolist() for name, tensor in adapter.head_tensors("intent").items()}
    assert tensors == {"0.bias": UP.tolist()}
    assert adapter.head_tensors("sentiment") == {}


def test_language_has_its_temperature_or_the_default(adapter):
    head = adapter.heads["sentiment"]
    assert [head.temperature(language) for language in ("en", "de", None)] == [1.25, 1.5, 1.5]
    assert adapter.heads["intent"].temperature("en") == 1.0


def test_prior_of_a_class_rare_in_training_is_half_corrected(adapter):
    """Only in the language with these priors: odds change by the square root of the prior odds."""
    head = replace(adapter.heads["sentiment"], temperatures={})
    logits = np.log(np.array([[0.25, 0.5, 0.25]] * 2, np.float32))
    english, german = head.probabilities(logits, ["en", "de"])
    assert german == pytest.approx([0.25, 0.5, 0.25])
    assert english[1] / english[0] == pytest.approx(2**0.5)


def test_exclusive_classes_sum_to_one_and_others_do_not(adapter):
    logits = np.array([[0.0, 0.0, np.log(2)], [9.0, 0.0, 0.0]], np.float32)
    head = replace(adapter.heads["sentiment"], temperatures={"fr": 9.0}, priors={})
    probabilities = head.probabilities(logits, [None, "fr"])
    assert probabilities[0] == pytest.approx([0.25, 0.25, 0.5])
    assert probabilities[1] == pytest.approx([np.e / (np.e + 2), 1 / (np.e + 2), 1 / (np.e + 2)])
    independent = adapter.heads["intent"].probabilities(np.zeros((1, 2), np.float32), ["en"])
    assert independent[0] == pytest.approx([0.5, 0.5])


def test_saving_leaves_no_partial_file(adapter, tmp_path):
    save_adapter(tmp_path / "adapter.safetensors", adapter)
    assert [path.name for path in tmp_path.iterdir()] == ["adapter.safetensors"]


@pytest.mark.parametrize(
    "content", [None, b"", b"no tensors at all", b"\x08\0\0\0\0\0\0\0{}      "]
)
def test_other_file_is_rejected_with_its_name(content, tmp_path):
    path = tmp_path / "mine.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"mine\.safetensors is not an adapter"):
        load_adapter(path)
