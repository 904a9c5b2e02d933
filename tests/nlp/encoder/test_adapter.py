"""nlp.encoder.adapter: what is written is read, and nothing else is taken for an adapter."""

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


def test_reading_gives_what_was_written(adapter, tmp_path):
    path = tmp_path / "adapter.safetensors"
    save_adapter(path, adapter)
    found = load_adapter(path)
    for name in ("encoder_sha256", "shared", "scale", "heads", "proof", "notes"):
        assert getattr(found, name) == getattr(adapter, name)
    assert {n: t.tolist() for n, t in found.tensors.items()} == {
        n: t.tolist() for n, t in adapter.tensors.items()
    }
    assert all(tensor.dtype == np.float32 for tensor in found.tensors.values())


def test_the_hash_is_that_of_the_file(adapter, tmp_path):
    path, same = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    save_adapter(path, adapter)
    save_adapter(same, adapter)
    assert len(bytes.fromhex(load_adapter(path).sha256)) == 32
    assert load_adapter(path).sha256 == load_adapter(same).sha256


def test_a_change_is_the_scaled_product_of_its_factors(adapter):
    assert adapter.change("layer.0.query").tolist() == [[0.5, 1.0, 1.5], [-0.5, -1.0, -1.5]]
    assert adapter.change("layer.1.query") is None


def test_the_head_is_what_is_named_so(adapter):
    named = {name: tensor.tolist() for name, tensor in adapter.head("intent").items()}
    assert named == {"0.bias": UP.tolist()}
    assert adapter.head("sentiment") == {}


def test_a_language_has_its_temperature_or_that_of_all(adapter):
    head = adapter.heads["sentiment"]
    assert [head.temperature(one) for one in ("en", "de", None)] == [1.25, 1.5, 1.5]
    assert adapter.heads["intent"].temperature("en") == 1.0


def test_what_was_rare_in_training_is_half_forgiven(adapter):
    """In the language that it was rare in: odds grow by the root of what they were there."""
    head = replace(adapter.heads["sentiment"], temperatures={})
    logits = np.log(np.array([[0.25, 0.5, 0.25]] * 2, np.float32))
    english, german = head.shares(logits, ["en", "de"])
    assert german == pytest.approx([0.25, 0.5, 0.25])
    assert english[1] / english[0] == pytest.approx(2**0.5)


def test_classes_that_exclude_each_other_share_one_and_others_do_not(adapter):
    logits = np.array([[0.0, 0.0, np.log(2)], [9.0, 0.0, 0.0]], np.float32)
    head = replace(adapter.heads["sentiment"], temperatures={"fr": 9.0}, priors={})
    shares = head.shares(logits, [None, "fr"])
    assert shares[0] == pytest.approx([0.25, 0.25, 0.5])
    assert shares[1] == pytest.approx([np.e / (np.e + 2), 1 / (np.e + 2), 1 / (np.e + 2)])
    alone = adapter.heads["intent"].shares(np.zeros((1, 2), np.float32), ["en"])
    assert alone[0] == pytest.approx([0.5, 0.5])


def test_nothing_half_written_is_left(adapter, tmp_path):
    save_adapter(tmp_path / "adapter.safetensors", adapter)
    assert [path.name for path in tmp_path.iterdir()] == ["adapter.safetensors"]


@pytest.mark.parametrize(
    "content", [None, b"", b"no tensors at all", b"\x08\0\0\0\0\0\0\0{}      "]
)
def test_anything_else_is_refused_by_name(content, tmp_path):
    path = tmp_path / "mine.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"mine\.safetensors is not an adapter"):
        load_adapter(path)
