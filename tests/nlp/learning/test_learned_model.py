"""A model with learned heads: the same texts, other probabilities, another name."""

import numpy as np
import pytest

from nlp.learning.learned_head import LearnedHead
from nlp.learning.learned_model import LearnedModel, split_name, trained_name
from nlp.text.target_marking import mark_brand
from tests.nlp.factories import UNSCORED_WORD, WIDTH, WordModel

SENTIMENTS = ("negative", "neutral", "positive")
ROLES = ("customer", "news")
SHA256 = "1a2b3c4d" + "0" * 56


def head(bias, classes=SENTIMENTS, width=0):
    weights = np.zeros((len(classes), width))
    return LearnedHead(classes=classes, scale=1.0, bias=np.array(bias), weights=weights)


def learned_model(**heads):
    return LearnedModel(WordModel(), heads, SHA256)


def probabilities(model, text):
    return model.predict([text], ["en"])[0].probabilities


def test_name_states_the_version():
    assert learned_model().name == "words 00000000 cpu fp32 +learned 1a2b3c4d"


@pytest.mark.parametrize(
    ("name", "parts", "trained"),
    [
        ("e5 33de4164 cpu fp32", ("e5 33de4164 cpu fp32", None), "e5 33de4164"),
        ("e5 33de4164 cpu bf16 +learned 1a2b3c4d", ("e5 33de4164 cpu bf16", "1a2b3c4d"),
         "e5 33de4164"),
        ("lexicon", ("lexicon", None), "lexicon"),
    ],
)  # fmt: skip
def test_parts_of_a_name(name, parts, trained):
    assert (split_name(name), trained_name(name)) == (parts, trained)


def test_sentiment_is_corrected():
    model = learned_model(sentiment=head([3.0, 0.0, 0.0]))
    assert np.argmax(probabilities(WordModel(), "a plain text")) == 1
    assert np.argmax(probabilities(model, "a plain text")) == 0
    assert sum(probabilities(model, "a plain text")) == pytest.approx(1.0)


def test_marked_texts_have_a_head_of_their_own():
    text = mark_brand("the bike of acme", ["acme"])
    sentiment, towards = head([3.0, 0.0, 0.0]), head([0.0, 0.0, 3.0])
    both = learned_model(sentiment=sentiment, towards=towards)
    assert np.argmax(probabilities(both, text)) == 2
    assert np.argmax(probabilities(both, "the bike of acme")) == 0
    only = learned_model(sentiment=sentiment)
    assert probabilities(only, text) == probabilities(WordModel(), text)


def test_head_that_the_model_lacks_is_added():
    model = learned_model(role=head([0.0, 2.0], ROLES))
    assert model.heads["role"] == ROLES
    (prediction,) = model.predict(["a plain text"], ["en"])
    assert prediction.heads["role"][1] == pytest.approx(1 / (1 + np.exp(-2.0)))
    assert prediction.probabilities == probabilities(WordModel(), "a plain text")


def test_unscored_text_stays_unscored():
    model = learned_model(sentiment=head([3.0, 0.0, 0.0]))
    assert probabilities(model, UNSCORED_WORD) is None


def test_vectors_topics_and_languages_are_those_of_the_packaged_model():
    model, base = learned_model(sentiment=head([1.0, 0, 0], width=WIDTH)), WordModel()
    assert np.array_equal(model.encode(["good"]), base.encode(["good"]))
    assert (model.languages, model.encoder_sha256, model.supports_targets) == (
        base.languages, base.encoder_sha256, base.supports_targets,
    )  # fmt: skip
    assert model.temperatures == {}  # they are those of the packaged head
