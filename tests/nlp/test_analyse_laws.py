"""What holds of every result of analysis, whatever the texts, languages and the model's moods."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import TransientError
from core.mention import AnalysisState, Sentiment
from core.watch import Topic
from nlp.analyse import EMPTY, analyse
from nlp.bisect import PROBE_TEXT, predict_each
from nlp.model import Prediction
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


def judged(posts, claimed="en", model=None, topics=TOPICS):
    model = model or WordModel()
    works = [work(text, n, claimed) for n, text in enumerate(posts)]
    return analyse(works, model, TopicClassifier(topics, model.encode))


@FEW
@given(POSTS, CLAIMS)
def test_each_work_has_one_result_that_is_whole(posts, claimed):
    """Scored with a verdict and no reason, or not scored and why; nothing is still pending."""
    found = judged(posts, claimed)
    assert [one.id for one in found] == [f"{n:032x}" for n in range(len(posts))]
    for one in found:
        assert (one.analysis is AnalysisState.SCORED) == (one.reason is None)
        assert one.analysis is not AnalysisState.PENDING
        if one.analysis is AnalysisState.SCORED:
            assert one.language in {"en", None}  # None: short, and English if anything
            assert one.verdicts[0].sentiment is not None


@FEW
@given(POSTS, CLAIMS)
def test_a_verdict_adds_up(posts, claimed):
    for one in judged(posts, claimed):
        for verdict in one.verdicts:
            shares = verdict.probabilities
            assert verdict.text_sha256 == one.text_sha256
            assert list(shares) in ([], list(Sentiment))
            if shares:
                assert sum(shares.values()) == pytest.approx(1.0)
                assert shares[verdict.sentiment] == max(shares.values())
                assert verdict.polarity == shares["positive"] - shares["negative"]
                assert -1.0 <= verdict.polarity <= 1.0


@FEW
@given(POSTS, CLAIMS)
def test_a_vector_is_there_wherever_something_was_read(posts, claimed):
    """Topics of other languages and families can be judged later without the model."""
    for one in judged(posts, claimed):
        was_read = one.reason != EMPTY and one.analysis is not AnalysisState.QUARANTINED
        assert (one.vector is not None) == was_read
        if one.vector is not None:
            vector = np.frombuffer(one.vector, "<f2")
            assert vector.shape == (WIDTH,)
            assert np.linalg.norm(vector.astype(float)) == pytest.approx(1.0, abs=1e-2)


@FEW
@given(POSTS)
def test_no_reason_quotes_a_text(posts):
    """It is a code: a word, a language, or the kind of an error."""
    for one in judged([f"zebra {text}" for text in posts], None):
        assert "zebra" not in (one.reason or "")
        assert (one.reason or EMPTY).isprintable()
        assert len(one.reason or "") < 40


@FEW
@given(POSTS, CLAIMS)
def test_the_taxonomy_changes_topics_and_nothing_else(posts, claimed):
    with_topics, without = judged(posts, claimed), judged(posts, claimed, topics=[])
    for one, other in zip(with_topics, without, strict=True):
        assert (one.analysis, one.reason, one.vector) == (
            other.analysis,
            other.reason,
            other.vector,
        )
        assert [v.probabilities for v in one.verdicts] == [v.probabilities for v in other.verdicts]
        assert all(v.topics == () for v in other.verdicts)


def test_no_work_asks_the_model_nothing():
    model = WordModel()
    before = len(model.calls)
    assert judged([], model=model) == []
    assert len(model.calls) == before


def test_a_vector_that_is_no_number_is_not_kept():
    class Mad(WordModel):
        """Answers, but its vectors are broken."""

        def predict(self, texts, languages=None):
            return [Prediction(probabilities=(0.2, 0.2, 0.6), vector=np.full(WIDTH, np.nan))
                    for _ in texts]  # fmt: skip

    (one,) = judged(["a day"], model=Mad(), topics=[])
    assert (one.analysis, one.vector) == (AnalysisState.SCORED, None)


def test_equal_shares_are_always_judged_alike():
    class Torn(WordModel):
        """Cannot decide."""

        def predict(self, texts, languages=None):
            return [Prediction(probabilities=(1 / 3, 1 / 3, 1 / 3), vector=v)
                    for v in self.encode(texts)]  # fmt: skip

    said = {one.verdicts[0].sentiment for one in judged(["a day"] * 5, model=Torn())}
    assert len(said) == 1


# ---- the search for a bad text


@FEW
@given(st.lists(st.sampled_from(["good", POISON]), max_size=33))
def test_exactly_the_bad_texts_are_errors(some):
    found = predict_each(WordModel().read, some)
    assert [isinstance(answer, Exception) for answer in found] == [t == POISON for t in some]


@pytest.mark.parametrize("size", [1, 2, 7, 64])
def test_a_broken_model_is_found_out_before_all_texts_were_tried(size):
    model = WordModel()
    model.broken = True
    with pytest.raises(TransientError, match="restart the process"):
        predict_each(model.read, ["good"] * size)
    assert len(model.calls) <= size.bit_length() + 2


def test_whether_a_model_still_reads_is_asked_with_a_sentence_of_ours():
    """No text of a stranger decides that the model is well."""
    asked = []

    def read(some):
        asked.extend(some)
        if POISON in some:
            raise ValueError(some)
        return list(some)

    (error,) = predict_each(read, [POISON])
    assert isinstance(error, ValueError)
    assert asked == [POISON, PROBE_TEXT]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_worker_that_is_told_to_stop_stops(stop):
    def read(_):
        raise stop

    with pytest.raises(stop):
        predict_each(read, ["a", "b"])
