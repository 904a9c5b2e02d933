"""nlp.encoder.adapter_model: its plumbing, on a tiny random encoder."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

from core.errors import ConfigError
from nlp.encoder.adapter import load_adapter
from nlp.encoder.pretrained import WEIGHTS_FILE
from tests.nlp.factories import texts, tiny_adapter, tiny_encoder, tiny_heads

pytestmark = pytest.mark.model  # torch alone takes seconds: only who runs these imports it

SENTENCES = ["abc def", "x", "hello there you", "", "the quick brown fox jumps over the lazy dog"]


@pytest.fixture(scope="module")
def model(encoder, adapter):
    return minilm(adapter, encoder)


def minilm(*files):
    """The model of an adapter and, if said, of another encoder than the installed one."""
    from nlp.models.minilm import MiniLM

    return MiniLM(*files)


def shares(model, texts):
    return np.array([reading.probabilities for reading in model.read(texts)])


def test_each_text_has_its_reading_in_order_whoever_is_beside_it(model):
    together = model.read(SENTENCES)
    for text, reading in zip(SENTENCES, together, strict=True):
        (alone,) = model.read([text])
        assert reading.probabilities == pytest.approx(alone.probabilities, abs=0.02)
        assert reading.vector == pytest.approx(alone.vector, abs=0.02)


@settings(max_examples=30)
@given(st.lists(texts, max_size=4))
def test_probabilities_sum_to_one_and_vectors_have_length_one(model, some):
    seen = [text.encode("utf-8", "replace").decode() for text in some]
    for reading in model.read(seen):
        assert sum(reading.probabilities) == pytest.approx(1.0, abs=1e-4)
        assert np.linalg.norm(reading.vector) == pytest.approx(1.0, abs=1e-4)


def test_the_vector_is_that_of_the_encoder_as_it_was(model, encoder):
    import torch
    from transformers import AutoTokenizer, BertModel

    plain = BertModel.from_pretrained(encoder).eval()
    tokenizer = AutoTokenizer.from_pretrained(encoder)
    with torch.inference_mode():
        hidden = plain(**tokenizer("abc def", return_tensors="pt")).last_hidden_state[0].mean(0)
    expected = (hidden / hidden.norm()).numpy()
    assert model.embed(["abc def"])[0] == pytest.approx(expected, abs=0.03)
    assert model.read(["abc def"])[0].vector == pytest.approx(expected, abs=0.03)


def test_what_all_vectors_have_in_common_is_taken_from_each(model, encoder, tmp_path):
    before = model.embed(SENTENCES)
    path = tmp_path / "c.safetensors"
    tensors = {**load_adapter(tiny_adapter(encoder, path)).tensors, "centre": before.mean(axis=0)}
    centred = minilm(tiny_adapter(encoder, path, tensors=tensors), encoder).encode(SENTENCES)
    expected = before - before.mean(axis=0)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert centred == pytest.approx(expected, abs=0.1)  # differences of like numbers, in bfloat16
    assert (centred @ centred.T).mean() < (before @ before.T).mean()


def test_the_low_rank_changes_are_merged(model, encoder, tmp_path):
    unchanged = minilm(tiny_adapter(encoder, tmp_path / "u.safetensors", changed=False), encoder)
    assert np.abs(shares(model, SENTENCES) - shares(unchanged, SENTENCES)).max() > 0.05
    assert model.embed(SENTENCES) == pytest.approx(unchanged.encode(SENTENCES))


def test_a_higher_temperature_makes_it_less_sure(model, encoder, tmp_path):
    doubtful = minilm(
        tiny_adapter(encoder, tmp_path / "d.safetensors", heads=tiny_heads(temperature=9.0)),
        encoder,
    )
    assert (shares(doubtful, SENTENCES).max(1) < shares(model, SENTENCES).max(1)).all()


def test_a_language_has_its_own_calibration(model):
    plain, german = (model.read(["abc def"], [one])[0].probabilities for one in (None, "de"))
    assert max(german) < max(plain)
    assert np.argmax(german) == np.argmax(plain)


def test_a_head_is_silent_in_a_language_that_it_was_not_trained_on(model):
    english, german = model.read(["abc def"] * 2, ["en", "de"])
    assert set(english.heads) == {"mood"}
    assert german.heads == {}
    assert german.probabilities


def test_every_head_answers_in_its_classes(model):
    assert model.heads == {"mood": ("calm", "loud")}
    for reading in model.read(SENTENCES):
        (shares,) = reading.heads.values()
        assert len(shares) == 2
        assert all(0 < share < 1 for share in shares)


def test_a_long_text_is_read_to_its_end(model):
    """Its second window decides half of it, so another end is another reading."""
    from nlp.encoder.adapter_model import WINDOW_TOKENS

    start = "a " * WINDOW_TOKENS
    one, other = model.embed([start + "x " * WINDOW_TOKENS, start + "z " * WINDOW_TOKENS])
    halves = model.embed([start, "x " * WINDOW_TOKENS])
    assert one @ other < 0.999
    assert one == pytest.approx(halves.sum(0) / np.linalg.norm(halves.sum(0)), abs=0.02)


def test_sentiment_alone_is_the_sentiment_that_a_whole_reading_finds(model):
    spoken = ["en", "de", None, "en", "de"]
    whole = [reading.probabilities for reading in model.read(SENTENCES, spoken)]
    assert np.array(model.judge(SENTENCES, spoken)) == pytest.approx(np.array(whole), abs=1e-6)


def test_an_engine_that_nobody_wrote_is_told_with_those_that_are(encoder, adapter):
    with pytest.raises(ConfigError, match="Did you mean 'openvino'"):
        minilm(adapter, encoder, "openvin")


def test_no_texts_are_no_readings(model):
    assert model.read([]) == []
    assert model.judge([]) == []
    assert model.embed([]).shape == (0, 32)


def test_the_name_tells_adapter_device_and_precision(model):
    assert re.fullmatch(r"minilm-en [0-9a-f]{8} cpu (bf16|fp32)", model.name)


def test_it_reads_on_one_thread(model):
    import torch

    assert torch.get_num_threads() == 1


def test_weights_that_are_no_numbers_leave_a_text_unscored(encoder, adapter, tmp_path):
    tensors = load_file(adapter)
    tensors["head.sentiment.4.bias"] = np.full(3, np.nan, np.float16)
    made = tiny_adapter(encoder, tmp_path / "n.safetensors", tensors=tensors)
    assert [reading.probabilities for reading in minilm(made, encoder).predict(["abc"])] == [None]


def test_other_encoder_weights_are_refused(adapter, tmp_path):
    other = tiny_encoder(tmp_path, seed=1)
    with pytest.raises(ConfigError, match="the encoder weights have sha256"):
        minilm(adapter, other)


def test_an_adapter_of_another_encoder_is_refused(adapter):
    """The installed encoder is the pinned one, which the tiny adapter was not made for."""
    with pytest.raises(ConfigError, match="belongs to another encoder"):
        minilm(adapter)


def test_a_missing_adapter_is_refused(encoder, tmp_path):
    with pytest.raises(ConfigError, match=r"none\.safetensors is not an adapter"):
        minilm(tmp_path / "none.safetensors", encoder)


def test_an_adapter_of_another_shape_is_refused(encoder, adapter, tmp_path):
    tensors = load_file(adapter) | {"head.sentiment.4.bias": np.zeros(5, np.float32)}
    made = tiny_adapter(encoder, tmp_path / "s.safetensors", tensors=tensors)
    with pytest.raises(ConfigError, match="does not fit the encoder"):
        minilm(made, encoder)


def test_what_reads_otherwise_than_in_training_is_refused(encoder, tmp_path):
    proof = {"abc def": (1.0, 0.0, 0.0), "x": (0.0, 0.0, 1.0)}
    made = tiny_adapter(encoder, tmp_path / "p.safetensors", proof=proof)
    with pytest.raises(ConfigError, match="failed its self-test"):
        minilm(made, encoder)


def test_what_reads_as_in_training_is_taken(model, encoder, tmp_path):
    proof = {text: model.read([text])[0].probabilities for text in SENTENCES}
    made = tiny_adapter(encoder, tmp_path / "q.safetensors", proof=proof)
    assert minilm(made, encoder).temperatures["sentiment"]["*"] == 1.5


def test_weights_are_never_unpickled(encoder, adapter, tmp_path):
    """A folder that holds a pickle beside nothing is no encoder."""
    other = tiny_encoder(tmp_path)
    (other / WEIGHTS_FILE).rename(other / "pytorch_model.bin")
    with pytest.raises(ConfigError, match="encoder weights missing"):
        minilm(adapter, other)
