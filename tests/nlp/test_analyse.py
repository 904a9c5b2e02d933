"""nlp.analyse: one result a revision, in order, and nobody suffers for a neighbour."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PermanentError, TransientError
from core.mention import AnalysisState, Sentiment
from core.watch import Topic
from nlp.analyse import analyse
from nlp.bisect import predict_each
from nlp.topic_classifier import TopicClassifier
from tests.nlp.factories import HOLLOW, POISON, WIDTH, WordModel, texts, work

ENGLISH = "this is a {} thing and it is all that I have to say about the battery"
GERMAN = "Der Akku war nach zehn Kilometern leer und niemand antwortet auf meine Mails"
BATTERY = Topic(id="battery", name="Battery", sentences=(ENGLISH.format("battery"),))


@pytest.fixture
def model():
    return WordModel()


@pytest.fixture
def taxonomy(model):
    return TopicClassifier([BATTERY], model.embed)


def one(text, model, taxonomy, claimed="en"):
    return analyse([work(text, claimed=claimed)], model, taxonomy)[0]


def test_a_text_is_scored_with_class_polarity_and_topics(model, taxonomy):
    result = one(ENGLISH.format("broken"), model, taxonomy)
    (verdict,) = result.verdicts
    assert (result.analysis, result.reason, result.language) == (AnalysisState.SCORED, None, "en")
    assert verdict.sentiment is Sentiment.NEGATIVE
    assert verdict.probabilities == {"negative": 0.6, "neutral": 0.2, "positive": 0.2}
    assert verdict.polarity == pytest.approx(-0.4)
    assert verdict.topics == ("battery",)
    assert (verdict.watch, verdict.model) == (None, model.name)
    assert verdict.text_sha256 == result.text_sha256 == work("").text_sha256


def test_the_vector_is_the_un_adapted_one_in_half_precision(model, taxonomy):
    result = one(ENGLISH.format("broken"), model, taxonomy)
    vector = np.frombuffer(result.vector, "<f2")
    assert vector.shape == (WIDTH,)
    assert vector == pytest.approx(model.embed([ENGLISH.format("broken")])[0], abs=1e-3)
    assert result.encoder_sha256 == model.encoder_sha256


def test_a_language_that_the_model_does_not_know_is_said_aloud(model, taxonomy):
    result = one(GERMAN, model, taxonomy, claimed=None)
    assert (result.analysis, result.reason) == (AnalysisState.UNSCORED, "language:de")
    assert result.verdicts == ()
    assert result.vector is not None


def test_so_is_one_that_nobody_knows(model, taxonomy):
    result = one("xq zzv", model, taxonomy, claimed=None)
    assert (result.analysis, result.reason, result.language) == (
        AnalysisState.UNSCORED, "language:unknown", None,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u202e\x00"])
def test_where_nothing_is_left_nothing_is_read(text, model, taxonomy):
    calls = len(model.calls)
    result = one(text, model, taxonomy)
    assert (result.analysis, result.reason, result.vector) == (
        AnalysisState.UNSCORED,
        "empty",
        None,
    )
    assert len(model.calls) == calls


def test_an_answer_that_is_no_number_is_unscored_and_keeps_its_topics(model, taxonomy):
    result = one(ENGLISH.format(HOLLOW), model, taxonomy)
    (verdict,) = result.verdicts
    assert (result.analysis, result.reason) == (AnalysisState.UNSCORED, "not_a_number")
    assert (verdict.sentiment, verdict.polarity, verdict.probabilities) == (None, None, {})
    assert verdict.topics == ("battery",)


def test_brand_names_do_not_change_the_language(model, taxonomy):
    text = "Le Grand Vélo de la Loire broke again"
    results = [analyse([work(text, claimed=None)], model, taxonomy, names=names)[0]
               for names in ((), ("Le Grand Vélo de la Loire",))]  # fmt: skip
    assert [result.language == "en" for result in results] == [False, True]


@given(st.lists(st.sampled_from(["good", "bad", POISON, "", "de"]), max_size=12))
def test_each_gets_its_own_result_whoever_else_is_in_the_batch(kinds):
    model = WordModel()
    taxonomy = TopicClassifier([BATTERY], model.encode)
    sentences = {"": "", "de": GERMAN}
    works = [work(sentences.get(k, ENGLISH.format(k)), n, None) for n, k in enumerate(kinds)]
    together = analyse(works, model, taxonomy)
    assert together == [analyse([w], model, taxonomy)[0] for w in works]
    assert [r.id for r in together] == [w.id for w in works]


def test_a_text_that_cannot_be_read_is_quarantined_without_its_words(model, taxonomy):
    result = one(ENGLISH.format(POISON), model, taxonomy)
    assert (result.analysis, result.reason) == (AnalysisState.QUARANTINED, "error:PermanentError")
    assert (result.verdicts, result.vector) == ((), None)


def test_in_a_language_of_nobody_too(model, taxonomy):
    result = one(f"{GERMAN} {POISON}", model, taxonomy, claimed=None)
    assert (result.analysis, result.language) == (AnalysisState.QUARANTINED, "de")


def test_a_broken_model_quarantines_nobody(model, taxonomy):
    model.broken = True
    with pytest.raises(TransientError, match="fails on every text"):
        analyse([work(ENGLISH.format("good"), n) for n in range(3)], model, taxonomy)


@given(texts)
def test_any_text_has_a_result(text):
    model = WordModel()
    assert one(text, model, TopicClassifier([BATTERY], model.encode)).analysis in (
        AnalysisState.SCORED, AnalysisState.UNSCORED,
    )  # fmt: skip


def test_one_bad_text_in_many_costs_few_calls(model):
    some = [f"text {n}" for n in range(63)] + [POISON]
    answers = predict_each(model.read, some)
    assert [isinstance(answer, PermanentError) for answer in answers] == [False] * 63 + [True]
    assert len(model.calls) <= 2 * 6 + 2
