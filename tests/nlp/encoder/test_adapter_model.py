"""nlp.encoder.adapter_model: predictions and checks, with a tiny random encoder."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

from core.errors import ConfigError
from nlp.encoder.adapter import load_adapter
from nlp.encoder.pretrained import WEIGHTS_FILE
from tests.nlp.factories import texts, tiny_adapter, tiny_encoder, tiny_heads, tiny_model

pytestmark = pytest.mark.model  # torch alone takes seconds: only who runs these imports it

SENTENCES = ["abc def", "x", "hello there you", "", "the quick brown fox jumps over the lazy dog"]


@pytest.fixture(scope="module")
def model(encoder, adapter):
    return minilm(adapter, encoder)


def minilm(*files):
    """Load the model of an adapter and an encoder, neither of which was released."""
    return tiny_model(*files)


def probabilities(model, texts):
    return np.array([prediction.probabilities for prediction in model.predict(texts)])


def test_predictions_are_in_order_and_independent_of_the_batch(model):
    together = model.predict(SENTENCES)
    for text, prediction in zip(SENTENCES, together, strict=True):
        (alone,) = model.predict([text])
        assert prediction.probabilities == pytest.approx(alone.probabilities, abs=0.02)
        assert prediction.vector == pytest.approx(alone.vector, abs=0.02)


@settings(max_examples=30)
@given(st.lists(texts, max_size=4))
def test_probabilities_sum_to_one_and_vectors_have_length_one(model, raw_texts):
    encodable_texts = [text.encode("utf-8", "replace").decode() for text in raw_texts]
    for prediction in model.predict(encodable_texts):
        assert sum(prediction.probabilities) == pytest.approx(1.0, abs=1e-4)
        assert np.linalg.norm(prediction.vector) == pytest.approx(1.0, abs=1e-4)


def test_vector_is_that_of_the_encoder_without_the_adapter(model, encoder):
    import torch
    from transformers import AutoTokenizer, BertModel

    plain = BertModel.from_pretrained(encoder).eval()
    tokenizer = AutoTokenizer.from_pretrained(encoder)
    with torch.inference_mode():
        hidden = plain(**tokenizer("abc def", return_tensors="pt")).last_hidden_state[0].mean(0)
    expected = (hidden / hidden.norm()).numpy()
    assert model.encode(["abc def"])[0] == pytest.approx(expected, abs=0.03)
    assert model.predict(["abc def"])[0].vector == pytest.approx(expected, abs=0.03)


def test_whitening_mean_is_subtracted_from_each_vector(model, encoder, tmp_path):
    before = model.encode(SENTENCES)
    path = tmp_path / "c.safetensors"
    tensors = {**load_adapter(tiny_adapter(encoder, path)).tensors, "centre": before.mean(axis=0)}
    vectors = minilm(tiny_adapter(encoder, path, tensors=tensors), encoder).encode(SENTENCES)
    expected = before - before.mean(axis=0)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert vectors == pytest.approx(expected, abs=0.1)  # differences of like numbers, in bfloat16
    assert (vectors @ vectors.T).mean() < (before @ before.T).mean()


def test_the_low_rank_changes_are_merged(model, encoder, tmp_path):
    model_without_changes = minilm(
        tiny_adapter(encoder, tmp_path / "u.safetensors", has_changes=False), encoder
    )
    assert (
        np.abs(
            probabilities(model, SENTENCES) - probabilities(model_without_changes, SENTENCES)
        ).max()
        > 0.05
    )
    assert model.encode(SENTENCES) == pytest.approx(model_without_changes.encode(SENTENCES))


def test_a_higher_temperature_lowers_the_top_probability(model, encoder, tmp_path):
    model_of_high_temperature = minilm(
        tiny_adapter(encoder, tmp_path / "d.safetensors", heads=tiny_heads(temperature=9.0)),
        encoder,
    )
    assert (
        probabilities(model_of_high_temperature, SENTENCES).max(1)
        < probabilities(model, SENTENCES).max(1)
    ).all()


def test_a_language_has_its_own_calibration(model):
    plain, german = (model.predict(["abc def"], [one])[0].probabilities for one in (None, "de"))
    assert max(german) < max(plain)
    assert np.argmax(german) == np.argmax(plain)


def test_head_is_omitted_for_a_language_outside_its_training(model):
    english, german = model.predict(["abc def"] * 2, ["en", "de"])
    assert set(english.heads) == {"mood"}
    assert german.heads == {}
    assert german.probabilities


def test_every_head_has_a_probability_for_each_class(model):
    assert model.heads == {"mood": ("calm", "loud")}
    for prediction in model.predict(SENTENCES):
        (row,) = prediction.heads.values()
        assert len(row) == 2
        assert all(0 < share < 1 for share in row)


def test_long_text_is_encoded_to_its_end(model):
    """The second window has half of the weight, so another end gives another vector."""
    from nlp.encoder.adapter_model import WINDOW_TOKENS

    start = "a " * WINDOW_TOKENS
    one, other = model.encode([start + "x " * WINDOW_TOKENS, start + "z " * WINDOW_TOKENS])
    halves = model.encode([start, "x " * WINDOW_TOKENS])
    assert one @ other < 0.999
    assert one == pytest.approx(halves.sum(0) / np.linalg.norm(halves.sum(0)), abs=0.02)


def test_predict_sentiment_equals_the_sentiment_of_predict(model):
    languages = ["en", "de", None, "en", "de"]
    full = [prediction.probabilities for prediction in model.predict(SENTENCES, languages)]
    assert np.array(model.predict_sentiment(SENTENCES, languages)) == pytest.approx(
        np.array(full), abs=1e-6
    )


def test_an_unknown_engine_is_rejected_with_a_suggestion(encoder, adapter):
    with pytest.raises(ConfigError, match="Did you mean 'openvino'"):
        minilm(adapter, encoder, "openvin")


def test_no_texts_have_no_predictions(model):
    assert model.predict([]) == []
    assert model.predict_sentiment([]) == []
    assert model.encode([]).shape == (0, 32)


def test_the_name_has_adapter_device_and_precision(model):
    assert re.fullmatch(r"minilm-en [0-9a-f]{8} cpu (bf16|fp32)", model.name)


def test_model_runs_on_one_thread(model):
    import torch

    assert torch.get_num_threads() == 1


def test_numbers_that_become_nan_leave_a_text_unscored(encoder, adapter):
    model = minilm(adapter, encoder)
    model._network.heads["sentiment"][4].bias.data.fill_(np.nan)
    assert [prediction.probabilities for prediction in model.predict(["abc"])] == [None]


def test_weights_without_finite_numbers_are_rejected_also_without_a_proof(
    encoder, adapter, tmp_path
):
    tensors = load_file(adapter)
    tensors["head.sentiment.4.bias"] = np.full(3, np.nan, np.float16)
    adapter_path = tiny_adapter(encoder, tmp_path / "n.safetensors", tensors=tensors)
    with pytest.raises(ConfigError, match="self-test: no finite numbers for sentence 1 of 20"):
        minilm(adapter_path, encoder)


def test_an_adapter_of_another_encoder_is_rejected(adapter, tmp_path):
    other = tiny_encoder(tmp_path, seed=1)
    with pytest.raises(ConfigError, match="belongs to another encoder"):
        minilm(adapter, other)


def test_files_that_were_not_released_are_rejected_unless_the_caller_trusts_them(adapter, encoder):
    from nlp.models.minilm import MiniLM

    with pytest.raises(ConfigError, match=r"a\.safetensors has sha256 .*…, expected f67ec7eb"):
        MiniLM(adapter, encoder)
    assert minilm(adapter, encoder).name


def test_a_missing_adapter_is_rejected(encoder, tmp_path):
    with pytest.raises(ConfigError, match=r"none\.safetensors is missing"):
        minilm(tmp_path / "none.safetensors", encoder)


def test_an_adapter_of_another_shape_is_rejected(encoder, adapter, tmp_path):
    tensors = load_file(adapter) | {"head.sentiment.4.bias": np.zeros(5, np.float32)}
    adapter_path = tiny_adapter(encoder, tmp_path / "s.safetensors", tensors=tensors)
    with pytest.raises(ConfigError, match="does not fit the encoder"):
        minilm(adapter_path, encoder)


def test_a_failed_self_test_is_rejected(encoder, tmp_path):
    proof = {"abc def": (1.0, 0.0, 0.0), "x": (0.0, 0.0, 1.0)}
    adapter_path = tiny_adapter(encoder, tmp_path / "p.safetensors", proof=proof)
    with pytest.raises(ConfigError, match=r"self-test: a probability is 0\.\d\d off"):
        minilm(adapter_path, encoder)


def test_a_passed_self_test_is_accepted(model, encoder, tmp_path):
    proof = {text: model.predict([text])[0].probabilities for text in SENTENCES}
    adapter_path = tiny_adapter(encoder, tmp_path / "q.safetensors", proof=proof)
    assert minilm(adapter_path, encoder).temperatures["sentiment"]["*"] == 1.5


def test_weights_are_never_unpickled(encoder, adapter, tmp_path):
    """A folder with a pickle instead of safetensors has no weights."""
    other = tiny_encoder(tmp_path)
    (other / WEIGHTS_FILE).rename(other / "pytorch_model.bin")
    with pytest.raises(ConfigError, match=r"model\.safetensors is missing"):
        minilm(adapter, other)
