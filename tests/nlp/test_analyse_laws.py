"""nlp.analyse: laws of every result, for any texts, languages and failures of the model."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import TransientError
from core.mention import AnalysisState, Sentiment
from core.watch import Topic
from nlp.analyse import analyse
from nlp.bisect import PROBE_TEXT, predict_each
from nlp.model import Prediction
from nlp.results import EMPTY
from nlp.text.model_input import has_words
from nlp.topic_classifier import TopicClassifier
from tests.nlp.factories import (
    FAILING_WORD,
    UNSCORED_WORD,
    WIDTH,
    WordModel,
    pending_mention,
    texts,
)

FEW = settings(max_examples=50)
POSTS = st.lists(
    texts
    | st.sampled_from(
        [FAILING_WORD, UNSCORED_WORD, "bad brake", "", "\u200b", "Der Akku ist leer"]
    ),
    max_size=8,
)
SOURCE_LANGUAGES = st.sampled_from([None, "en", "de", "und", "fil", "xx"])
TOPICS = [
    Topic(id="brake", name="Brake", sentences=("brake",)),
    Topic(id="price", name="Price", sentences=("price",)),
]


def analyse_posts(posts, source_language="en", model=None, topics=TOPICS):
    model = model or WordModel()
    mentions = [pending_mention(text, n, source_language) for n, text in enumerate(posts)]
    return analyse(mentions, model, TopicClassifier(topics, model.encode))


@FEW
@given(POSTS, SOURCE_LANGUAGES)
def test_each_mention_has_one_complete_result(posts, source_language):
    """A result is scored with a verdict or unscored with a reason; none is pending."""
    results = analyse_posts(posts, source_language)
    assert [result.id for result in results] == [f"{n:032x}" for n in range(len(posts))]
    for result in results:
        assert (result.analysis is AnalysisState.SCORED) == (result.reason is None)
        assert result.analysis is not AnalysisState.PENDING
        if result.analysis is AnalysisState.SCORED:
            assert result.language in {"en", None}  # None: short, and English if anything
            assert result.verdicts[0].sentiment is not None


@FEW
@given(POSTS, SOURCE_LANGUAGES)
def test_verdict_is_consistent(posts, source_language):
    for result in analyse_posts(posts, source_language):
        for verdict in result.verdicts:
            shares = verdict.probabilities
            assert verdict.text_sha256 == result.text_sha256
            assert list(shares) in ([], list(Sentiment))
            if shares:
                assert sum(shares.values()) == pytest.approx(1.0)
                assert shares[verdict.sentiment] == max(shares.values())
                assert verdict.polarity == shares["positive"] - shares["negative"]
                assert -1.0 <= verdict.polarity <= 1.0


@FEW
@given(POSTS, SOURCE_LANGUAGES)
def test_every_text_with_words_has_a_vector(posts, source_language):
    """Topics can later be classified again from the vector, without the model."""
    for text, result in zip(posts, analyse_posts(posts, source_language), strict=True):
        is_encoded = has_words(text) and result.analysis is not AnalysisState.QUARANTINED
        assert (result.vector is not None) == is_encoded
        if result.vector is not None:
            vector = np.frombuffer(result.vector, "<f2")
            assert vector.shape == (WIDTH,)
            assert np.linalg.norm(vector.astype(float)) == pytest.approx(1.0, abs=1e-2)


@FEW
@given(POSTS)
def test_no_reason_quotes_a_text(posts):
    """A reason is a code: a word, a language, or the kind of an error."""
    for result in analyse_posts([f"zebra {text}" for text in posts], None):
        assert "zebra" not in (result.reason or "")
        assert (result.reason or EMPTY).isprintable()
        assert len(result.reason or "") < 40


@FEW
@given(POSTS, SOURCE_LANGUAGES)
def test_topics_change_nothing_else(posts, source_language):
    with_topics, without_topics = (
        analyse_posts(posts, source_language),
        analyse_posts(posts, source_language, topics=[]),
    )
    for result, plain in zip(with_topics, without_topics, strict=True):
        assert (result.analysis, result.reason, result.vector) == (
            plain.analysis,
            plain.reason,
            plain.vector,
        )
        assert [v.probabilities for v in result.verdicts] == [
            v.probabilities for v in plain.verdicts
        ]
        assert all(v.topics == () for v in plain.verdicts)


def test_an_empty_batch_does_not_call_the_model():
    model = WordModel()
    before = len(model.calls)
    assert analyse_posts([], model=model) == []
    assert len(model.calls) == before


def test_a_vector_of_nan_is_not_stored():
    class NanModel(WordModel):
        """A model whose vectors are NaN."""

        def predict(self, texts, languages=None):
            return [Prediction(probabilities=(0.2, 0.2, 0.6), vector=np.full(WIDTH, np.nan))
                    for _ in texts]  # fmt: skip

    (result,) = analyse_posts(["a day"], model=NanModel(), topics=[])
    assert (result.analysis, result.vector) == (AnalysisState.SCORED, None)


def test_equal_probabilities_always_give_the_same_class():
    class EqualModel(WordModel):
        """A model that gives all classes the same probability."""

        def predict(self, texts, languages=None):
            return [Prediction(probabilities=(1 / 3, 1 / 3, 1 / 3), vector=v)
                    for v in self.encode(texts)]  # fmt: skip

    sentiments = {
        result.verdicts[0].sentiment for result in analyse_posts(["a day"] * 5, model=EqualModel())
    }
    assert len(sentiments) == 1


# ---- the search for a bad text


@FEW
@given(st.lists(st.sampled_from(["good", FAILING_WORD]), max_size=33))
def test_only_failing_texts_are_errors(batch):
    results = predict_each(WordModel().predict, batch)
    assert [isinstance(answer, Exception) for answer in results] == [
        t == FAILING_WORD for t in batch
    ]


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_failing_model_is_detected_after_few_calls(size):
    model = WordModel()
    model.is_failing = True
    with pytest.raises(TransientError, match="restart the process"):
        predict_each(model.predict, ["good"] * size)
    assert len(model.calls) <= size.bit_length() + 2


def test_the_model_is_probed_with_a_fixed_sentence():
    """A crawled text never determines whether the model works."""
    inputs = []

    def predict(batch):
        inputs.extend(batch)
        if FAILING_WORD in batch:
            raise ValueError(batch)
        return list(batch)

    (error,) = predict_each(predict, [FAILING_WORD])
    assert isinstance(error, ValueError)
    assert inputs == [FAILING_WORD, PROBE_TEXT]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_interrupt_is_not_caught(stop):
    def predict(_):
        raise stop

    with pytest.raises(stop):
        predict_each(predict, ["a", "b"])
