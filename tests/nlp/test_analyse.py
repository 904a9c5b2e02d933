"""nlp.analyse: one result per revision, in order, independent of the rest of the batch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PermanentError, TransientError
from core.mention import AnalysisState, Sentiment
from core.watch import Topic
from nlp.analyse import analyse
from nlp.bisect import predict_each
from nlp.text.language import LanguageHints
from nlp.topic_classifier import TopicClassifier
from tests.nlp.factories import (
    FAILING_WORD,
    UNSCORED_WORD,
    WIDTH,
    WordModel,
    pending_mention,
    texts,
)

ENGLISH = "this is a {} thing and it is all that I have to say about the battery"
GERMAN = "Der Akku war nach zehn Kilometern leer und niemand antwortet auf meine Mails"
BATTERY = Topic(id="battery", name="Battery", sentences=(ENGLISH.format("battery"),))


@pytest.fixture
def model():
    return WordModel()


@pytest.fixture
def topic_classifier(model):
    return TopicClassifier([BATTERY], model.encode)


def analyse_text(text, model, topic_classifier, source_language="en"):
    return analyse(
        [pending_mention(text, source_language=source_language)], model, topic_classifier
    )[0]


def test_a_text_is_scored_with_class_polarity_and_topics(model, topic_classifier):
    result = analyse_text(ENGLISH.format("broken"), model, topic_classifier)
    (verdict,) = result.verdicts
    assert (result.analysis, result.reason, result.language) == (AnalysisState.SCORED, None, "en")
    assert verdict.sentiment is Sentiment.NEGATIVE
    assert verdict.probabilities == {"negative": 0.6, "neutral": 0.2, "positive": 0.2}
    assert verdict.polarity == pytest.approx(-0.4)
    assert verdict.topics == ("battery",)
    assert (verdict.watch, verdict.model) == (None, model.name)
    assert verdict.text_sha256 == result.text_sha256 == pending_mention("").text_sha256


def test_vector_is_that_of_the_encoder_in_half_precision(model, topic_classifier):
    result = analyse_text(ENGLISH.format("broken"), model, topic_classifier)
    vector = np.frombuffer(result.vector, "<f2")
    assert vector.shape == (WIDTH,)
    assert vector == pytest.approx(model.encode([ENGLISH.format("broken")])[0], abs=1e-3)
    assert result.encoder_sha256 == model.encoder_sha256


def test_unsupported_language_is_the_reason(model, topic_classifier):
    result = analyse_text(GERMAN, model, topic_classifier, source_language=None)
    assert (result.analysis, result.reason) == (AnalysisState.UNSCORED, "language:de")
    assert result.verdicts == ()
    assert result.vector is not None


def test_text_of_unknown_language_is_scored_in_a_likely_one(model, topic_classifier):
    result = analyse_text("xq zzv", model, topic_classifier, source_language=None)
    assert (result.analysis, result.reason, result.language) == (AnalysisState.SCORED, None, None)


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u202e\x00"])
def test_an_empty_text_is_not_sent_to_the_model(text, model, topic_classifier):
    calls = len(model.calls)
    result = analyse_text(text, model, topic_classifier)
    assert (result.analysis, result.reason, result.vector) == (
        AnalysisState.UNSCORED,
        "empty",
        None,
    )
    assert len(model.calls) == calls


def test_a_text_without_probabilities_is_unscored_and_keeps_its_topics(model, topic_classifier):
    result = analyse_text(ENGLISH.format(UNSCORED_WORD), model, topic_classifier)
    (verdict,) = result.verdicts
    assert (result.analysis, result.reason) == (AnalysisState.UNSCORED, "not_a_number")
    assert (verdict.sentiment, verdict.polarity, verdict.probabilities) == (None, None, {})
    assert verdict.topics == ("battery",)


def test_brand_names_do_not_change_the_language(model, topic_classifier):
    text = "Le Grand Vélo de la Loire broke again"
    mention = pending_mention(text, source_language=None)
    results = [
        analyse([mention], model, topic_classifier, hints=LanguageHints(names=names))[0]
        for names in ((), ("Le Grand Vélo de la Loire",))
    ]
    assert [result.language == "en" for result in results] == [False, True]


@given(st.lists(st.sampled_from(["good", "bad", FAILING_WORD, "", "de"]), max_size=12))
def test_results_do_not_depend_on_the_batch(kinds):
    model = WordModel()
    topic_classifier = TopicClassifier([BATTERY], model.encode)
    sentences = {"": "", "de": GERMAN}
    mentions = [
        pending_mention(sentences.get(k, ENGLISH.format(k)), n, None) for n, k in enumerate(kinds)
    ]
    batch_results = analyse(mentions, model, topic_classifier)
    assert batch_results == [analyse([w], model, topic_classifier)[0] for w in mentions]
    assert [r.id for r in batch_results] == [w.id for w in mentions]


def test_a_failing_text_is_quarantined_without_its_words(model, topic_classifier):
    result = analyse_text(ENGLISH.format(FAILING_WORD), model, topic_classifier)
    assert (result.analysis, result.reason) == (AnalysisState.QUARANTINED, "error:PermanentError")
    assert (result.verdicts, result.vector) == ((), None)


def test_failing_text_in_an_unsupported_language_is_quarantined(model, topic_classifier):
    result = analyse_text(f"{GERMAN} {FAILING_WORD}", model, topic_classifier, source_language=None)
    assert (result.analysis, result.language) == (AnalysisState.QUARANTINED, "de")


def test_failing_model_quarantines_no_text(model, topic_classifier):
    model.is_failing = True
    with pytest.raises(TransientError, match="fails on every text"):
        analyse(
            [pending_mention(ENGLISH.format("good"), n) for n in range(3)], model, topic_classifier
        )


@given(texts)
def test_any_text_has_a_result(text):
    model = WordModel()
    assert analyse_text(text, model, TopicClassifier([BATTERY], model.encode)).analysis in (
        AnalysisState.SCORED, AnalysisState.UNSCORED,
    )  # fmt: skip


def test_one_failing_text_of_many_needs_few_calls(model):
    batch = [f"text {n}" for n in range(63)] + [FAILING_WORD]
    predictions = predict_each(model.predict, batch)
    assert [isinstance(prediction, PermanentError) for prediction in predictions] == [
        False
    ] * 63 + [True]
    assert len(model.calls) <= 2 * 6 + 2
