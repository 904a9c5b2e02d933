"""Every model in nlp/models does what nlp.model.Model promises; a new one needs no new test."""

import re

import numpy as np
import pytest

from config.option_descriptions import option_descriptions
from core import plugins
from nlp.encoder.adapter import ANY_LANGUAGE
from nlp.model import MULTI_LABEL_HEADS, Model
from tests.nlp import classifier_folders

pytestmark = pytest.mark.model

NAMES = plugins.available("nlp.models")
TEXTS = [
    "Thank you, it works.",
    "The battery died again and nobody answers.",
    "ok",
    "\x00\x1b[31m\u202e 🙂🙂 ü",
    "word " * 600,
]


def options_of(name, folder):
    """Return options for a model that has some: a model of your own needs a folder."""
    if name == "huggingface":
        path = str(classifier_folders.bert(folder / "own"))
        return {"path": path, "languages": ("en",), "embedder": "minilm"}
    pytest.fail(f"{name} has options: add values for this suite")


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def model_class(name):
    return plugins.load("nlp.models", name, Model)


@pytest.fixture(scope="module")
def model(name, model_class, tmp_path_factory):
    if not model_class.Options.model_fields:
        return model_class()
    values = options_of(name, tmp_path_factory.mktemp(name))
    return model_class(options=model_class.Options.model_validate(values))


@pytest.fixture(scope="module")
def predictions(model):
    return model.predict(TEXTS, [*sorted(model.languages), None, None, None, None][: len(TEXTS)])


def test_it_describes_itself_and_its_options(name, model_class):
    assert plugins.summary("nlp.models", name).endswith(".")
    for option in option_descriptions(model_class.Options):
        assert option.description, option.name


def test_its_name_has_version_device_and_precision(model):
    assert re.fullmatch(r"\S+( \S+@\w{8}| \w{8}) (cpu|cuda) (fp32|fp16|bf16)", model.name)


def test_its_languages_and_heads_are_stated(model):
    assert re.fullmatch("[0-9a-f]{64}", model.encoder_sha256)
    assert model.languages
    assert all(re.fullmatch("[a-z]{2,3}", code) for code in model.languages)
    for temperatures in model.temperatures.values():
        assert temperatures.keys() <= {*model.languages, ANY_LANGUAGE}
        assert all(temperature > 0 for temperature in temperatures.values())


def test_each_text_has_probabilities_and_a_vector_of_length_one(model, predictions):
    assert len(predictions) == len(TEXTS)
    for prediction in predictions:
        assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-4)
        assert min(prediction.probabilities) >= 0
        assert (prediction.vector.dtype, prediction.vector.shape) == (np.float32, (384,))
        assert np.linalg.norm(prediction.vector) == pytest.approx(1, abs=1e-3)
        for head, shares in prediction.heads.items():
            assert len(shares) == len(model.heads[head])
            assert head in MULTI_LABEL_HEADS or sum(shares) == pytest.approx(1, abs=1e-4)


def test_a_prediction_does_not_depend_on_the_batch(model, predictions):
    codes = sorted(model.languages)
    alone = model.predict(TEXTS[:1], codes[:1])[0]
    assert alone.probabilities == pytest.approx(predictions[0].probabilities, abs=0.02)
    assert alone.vector == pytest.approx(predictions[0].vector, abs=0.02)


def test_the_vector_is_that_of_encode(model, predictions):
    vectors = model.encode(TEXTS[:2])
    assert vectors == pytest.approx(np.array([p.vector for p in predictions[:2]]), abs=0.02)


def test_no_texts_are_no_predictions(model):
    assert model.predict([]) == []
    assert model.encode([]).shape[0] == 0
