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
from nlp.topic_classifier import TopicClassifier
from tests.nlp.factories import HOLLOW, POISON, WIDTH, WordModel, texts, work

FEW = settings(max_examples=50)
POSTS = st.lists(
    texts | st.sampled_from([POISON, HOLLOW, "bad brake", "", "\u200b", "Der Akku ist leer"]),
    max_size=8,
)
CLAIMS = st.sampled_from([None, "en", "de", "und", "fil", "xx"])
TOPICS = [
    Topic(id="brake", name="Brake", sentences=("brake",)),
    Topic(id="price", name="Price", sentences=("price",)),
]


def analyse_posts(posts, claimed="en", model=None, topics=TOPICS):
    model = model or WordModel()
    works = [work(text, n, claimed) for n, text in enumerate(posts)]
    return analyse(works, model, TopicClassifier(topics, model.encode))


@FEW
@given(POSTS, CLAIMS)
def test_each_work_has_one_result_that_is_whole(posts, claimed):
    """Scored with a verdict, or not scored with a reason; no result is still pending."""
    results = analyse_posts(posts, claimed)
    assert [result.id for result in results] == [f"{n:032x}" for n in range(len(posts))]
    for result in results:
        assert (result.analysis is AnalysisState.SCORED) == (result.reason is None)
        assert result.analysis is not AnalysisState.PENDING
        if result.analysis is AnalysisState.SCORED:
            assert result.language in {"en", None}  # None: short, and English if anything
            assert result.verdicts[0].sentiment is not None


@FEW
@given(POSTS, CLAIMS)
def test_a_verdict_adds_up(posts, claimed):
    for result in analyse_posts(posts, claimed):
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
@given(POSTS, CLAIMS)
def test_every_text_that_is_not_empty_has_a_vector(posts, claimed):
    """Topics can later be classified again from the vector, without the model."""
    for result in analyse_posts(posts, claimed):
        was_read = result.reason != EMPTY and result.analysis is not AnalysisState.QUARANTINED
        assert (result.vector is not None) == was_read
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
@given(POSTS, CLAIMS)
def test_the_taxonomy_changes_topics_and_nothing_else(posts, claimed):
    with_topics, without_topics = (
        analyse_posts(posts, claimed),
        analyse_posts(posts, claimed, topics=[]),
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
    class Mad(WordModel):
        """A model whose vectors are NaN."""

        def predict(self, texts, languages=None):
            return [Prediction(probabilities=(0.2, 0.2, 0.6), vector=np.full(WIDTH, np.nan))
                    for _ in texts]  # fmt: skip

    (result,) = analyse_posts(["a day"], model=Mad(), topics=[])
    assert (result.analysis, result.vector) == (AnalysisState.SCORED, None)


def test_equal_probabilities_always_give_the_same_class():
    class Torn(WordModel):
        """A model that gives all classes the same probability."""

        def predict(self, texts, languages=None):
            return [Prediction(probabilities=(1 / 3, 1 / 3, 1 / 3), vector=v)
                    for v in self.encode(texts)]  # fmt: skip

    sentiments = {
        result.verdicts[0].sentiment for result in analyse_posts(["a day"] * 5, model=Torn())
    }
    assert len(sentiments) == 1


# ---- the search for a bad text


@FEW
@given(st.lists(st.sampled_from(["good", POISON]), max_size=33))
def test_exactly_the_bad_texts_are_errors(batch):
    results = predict_each(WordModel().predict, batch)
    assert [isinstance(answer, Exception) for answer in results] == [t == POISON for t in batch]


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_a_broken_model_is_detected_before_all_texts_were_tried(size):
    model = WordModel()
    model.broken = True
    with pytest.raises(TransientError, match="restart the process"):
        predict_each(model.predict, ["good"] * size)
    assert len(model.calls) <= size.bit_length() + 2


def test_the_model_is_probed_with_a_fixed_sentence():
    """A crawled text never decides if the model works."""
    inputs = []

    def predict(batch):
        inputs.extend(batch)
        if POISON in batch:
            raise ValueError(batch)
        return list(batch)

    (error,) = predict_each(predict, [POISON])
    assert isinstance(error, ValueError)
    assert inputs == [POISON, PROBE_TEXT]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_signal_to_stop_is_not_caught(stop):
    def predict(_):
        raise stop

    with pytest.raises(stop):
        predict_each(predict, ["a", "b"])
