"""nlp.prior_shift: sentiment where other shares are expected than the model assumes."""

from dataclasses import replace
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis import AnalysisResult
from core.mention import AnalysisState, Sentiment, Verdict
from nlp.prior_shift import moved_verdict, with_priors
from tests.nlp.factories import WordModel
from tests.store.factories import watch

SHARES = st.tuples(*[st.integers(1, 50)] * 3).map(lambda row: tuple(n / sum(row) for n in row))
SOUR, SWEET, EVEN = (0.7, 0.2, 0.1), (0.1, 0.2, 0.7), (1 / 3, 1 / 3, 1 / 3)


class TrainedModel(WordModel):
    """A model whose training had few negative English texts."""

    sentiment_shares: ClassVar = {"en": (0.2, 0.4, 0.4), "*": EVEN}


def verdict(shares, slug=None):
    probabilities = dict(zip(map(str, Sentiment), shares, strict=True))
    return Verdict(
        watch=slug,
        sentiment=Sentiment(max(probabilities, key=probabilities.__getitem__)),
        probabilities=probabilities,
        polarity=shares[2] - shares[0],
        topics=("price",) if slug is None else (),
        model="m",
        text_sha256="0" * 64,
    )


def result(*verdicts, language="en"):
    return AnalysisResult(
        id="0" * 32,
        text_sha256="0" * 64,
        analysis=AnalysisState.SCORED,
        reason=None,
        language=language,
        verdicts=verdicts,
        vector=None,
        encoder_sha256="",
        model="m",
    )


def moved(*verdicts, priors=(), source=(), language="en"):
    """Return the verdicts after watches a, b, … with *priors* and the prior of the *source*."""
    watches = {
        slug: replace(watch(slug), prior=prior) for slug, prior in zip("abc", priors, strict=False)
    }
    return with_priors(
        result(*verdicts, language=language), tuple(watches), watches, source, TrainedModel()
    ).verdicts


def shares_of(one):
    return tuple(one.probabilities[str(name)] for name in Sentiment)


@given(SHARES, SHARES, SHARES)
def test_odds_change_by_the_ratio_of_the_shares(shares, prior, training):
    before, after = verdict(shares), moved_verdict(verdict(shares), prior, training)
    new_shares = shares_of(after)
    assert sum(new_shares) == pytest.approx(1.0)
    for i in range(3):
        odds = new_shares[i] / new_shares[0] / (shares[i] / shares[0])
        expected = (prior[i] / training[i]) / (prior[0] / training[0])
        assert odds == pytest.approx(expected)
    assert after.polarity == pytest.approx(new_shares[2] - new_shares[0])
    assert after.probabilities[after.sentiment] == max(new_shares)
    assert (after.model, after.topics) == (before.model, before.topics)


@given(SHARES, SHARES)
def test_the_shares_of_the_training_change_nothing(shares, training):
    after = moved_verdict(verdict(shares), training, training)
    assert shares_of(after) == pytest.approx(shares)


def test_a_doubtful_text_goes_to_the_expected_class_and_a_clear_one_stays():
    doubtful, clear = verdict((0.3, 0.4, 0.3)), verdict((0.02, 0.03, 0.95))
    assert moved_verdict(doubtful, SOUR, EVEN).sentiment is Sentiment.NEGATIVE
    assert moved_verdict(doubtful, SWEET, EVEN).sentiment is Sentiment.POSITIVE
    assert moved_verdict(clear, SOUR, EVEN).sentiment is Sentiment.POSITIVE


def test_without_a_prior_or_a_sentiment_a_verdict_is_the_same():
    unscored = replace(verdict(EVEN), sentiment=None, probabilities={}, polarity=None)
    assert moved_verdict(verdict(EVEN), (), EVEN) == verdict(EVEN)
    assert moved_verdict(unscored, SOUR, EVEN) == unscored


def test_the_whole_text_gets_the_prior_of_the_only_watch_and_states_it():
    (after,) = moved(verdict(EVEN), priors=[SOUR])
    assert after.prior == {"negative": 0.7, "neutral": 0.2, "positive": 0.1}
    assert shares_of(after) == pytest.approx(
        shares_of(moved_verdict(verdict(EVEN), SOUR, (0.2, 0.4, 0.4)))
    )


def test_the_shares_that_the_model_assumes_depend_on_the_language():
    (other,) = moved(verdict(EVEN), priors=[SOUR], language="de")
    assert shares_of(other) == pytest.approx(SOUR)


def test_the_prior_of_the_source_is_used_before_that_of_a_watch():
    whole, towards = moved(verdict(EVEN), verdict(EVEN, "a"), priors=[SOUR, ()], source=SWEET)
    assert whole.prior == towards.prior == {"negative": 0.1, "neutral": 0.2, "positive": 0.7}


def test_each_of_several_watches_has_its_own_prior():
    verdicts = moved(verdict(EVEN), verdict(EVEN, "a"), priors=[SOUR, SWEET, ()])
    by_watch = {one.watch: one for one in verdicts}
    assert set(by_watch) == {None, "a", "b"}
    assert by_watch[None] == verdict(EVEN)
    assert by_watch["a"].sentiment is Sentiment.NEGATIVE
    assert (by_watch["b"].sentiment, by_watch["b"].topics) == (Sentiment.POSITIVE, ())


def test_without_any_prior_the_result_is_the_same():
    assert moved(verdict(EVEN), verdict(SOUR, "a"), priors=[(), ()]) == (
        verdict(EVEN),
        verdict(SOUR, "a"),
    )


def test_a_watch_that_was_removed_meanwhile_has_no_prior():
    after = with_priors(result(verdict(EVEN)), ("gone",), {}, (), TrainedModel())
    assert after.verdicts == (verdict(EVEN),)
