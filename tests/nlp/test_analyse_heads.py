"""nlp.analyse: the heads besides sentiment, and the sentiment towards each watch."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mention import AnalysisState, Emotion, Intent, Sentiment
from nlp.analyse import analyse
from nlp.topic_classifier import TopicClassifier
from tests.nlp.factories import FAILING_WORD, UNSCORED_WORD, WordModel, pending_mention
from tests.nlp.target_model import NAN_WORD, TargetModel

MIXED = "The Velorra is a lovely bike but the Oskelo is an awful one"
BRANDS = {"acme": "Velorra", "globex": "Oskelo"}
GERMAN = "Das Velorra ist ein gutes Rad, aber das Oskelo war nach einem Tag schon kaputt"


def matched_brands(text, slugs):
    """Return the brands in *text*, by watch."""
    return {slug: [BRANDS[slug]] for slug in slugs if BRANDS[slug] in text}


def verdicts(text, model=None, *, watches=tuple(BRANDS), matched_brands=matched_brands):
    """Return the verdicts by watch; None is the whole text."""
    model = model or TargetModel()
    mention = replace(pending_mention(text), watches=watches)
    (result,) = analyse(
        [mention], model, TopicClassifier([], model.encode), matched_terms=matched_brands
    )
    return {v.watch: v for v in result.verdicts}


def test_each_head_has_probabilities_by_class():
    verdict = verdicts("This is an awful bike, is it not?")[None]
    assert verdict.heads["emotion"] == {"anger": 0.7, "joy": 0.1, "optimism": 0.1, "sadness": 0.1}
    assert verdict.emotion is Emotion.ANGER
    assert verdict.intents == (Intent.CHURN_RISK, Intent.COMPLAINT, Intent.QUESTION)
    assert verdict.offensive is True


def test_a_model_without_heads_gives_none():
    verdict = verdicts(MIXED, WordModel())[None]
    assert (verdict.heads, verdict.emotion, verdict.offensive) == ({}, None, None)


def test_head_that_returns_nan_is_omitted():
    verdict = verdicts(f"This is an {NAN_WORD} and awful thing that I do not like")[None]
    assert verdict.heads.keys() == {"emotion", "intent"}
    assert verdict.offensive is None


def test_an_unsupported_language_has_no_heads_and_no_targets():
    model = TargetModel()
    mention = replace(pending_mention(GERMAN, source_language="de"), watches=tuple(BRANDS))
    (result,) = analyse(
        [mention], model, TopicClassifier([], model.encode), matched_terms=matched_brands
    )
    assert (result.reason, result.verdicts) == ("language:de", ())


def test_a_text_on_two_watches_is_scored_towards_each():
    by_watch = verdicts(MIXED)
    assert {w: v.sentiment for w, v in by_watch.items()} == {
        None: Sentiment.POSITIVE,
        "acme": Sentiment.POSITIVE,
        "globex": Sentiment.NEGATIVE,
    }
    assert sum(by_watch["globex"].probabilities.values()) == pytest.approx(1)
    assert (by_watch["globex"].topics, by_watch["globex"].heads) == ((), {})
    assert by_watch["globex"].model == by_watch[None].model


def test_a_text_is_scored_towards_a_brand_that_it_names_by_account():
    """All other accounts become @user."""
    by_watch = verdicts("@Velorra makes a lovely bike but @Oskelo makes an awful one")
    assert by_watch["acme"].sentiment is Sentiment.POSITIVE
    assert by_watch["globex"].sentiment is Sentiment.NEGATIVE


@pytest.mark.parametrize(
    ("text", "watches"),
    [
        ("The Velorra is a lovely bike and that is all", ("acme", "globex")),
        ("Neither of the two is a lovely bike", ("acme", "globex")),
        (MIXED, ("acme",)),
        (MIXED, ()),
    ],
)
def test_text_with_fewer_than_two_brands_has_one_verdict(text, watches):
    model = TargetModel()
    assert verdicts(text, model, watches=watches).keys() == {None}
    assert model.calls in ([1], [1, 0])


def test_model_without_target_support_gives_one_verdict():
    assert verdicts(MIXED, WordModel()).keys() == {None}
    assert verdicts(MIXED, matched_brands=None).keys() == {None}


def test_failure_towards_one_watch_does_not_affect_others():
    """After an error or NaN a watch has the verdict of the whole text."""

    class PartlyFailingModel(TargetModel):
        def predict(self, texts, languages=None):
            self._complain([FAILING_WORD for text in texts if "► Oskelo" in text])
            return super().predict(texts, languages)

    assert verdicts(MIXED, PartlyFailingModel()).keys() == {None, "acme"}
    text = f"The Velorra is lovely but the Oskelo is {UNSCORED_WORD} and that is all I know"
    assert verdicts(text).keys() == {None}, (
        "no probabilities for the whole text: no further predictions"
    )


@given(st.lists(st.sampled_from([MIXED, GERMAN, "good bike", FAILING_WORD, "Velorra"]), max_size=8))
def test_verdicts_do_not_depend_on_the_batch(texts):
    mentions = [
        replace(pending_mention(t, n, None), watches=tuple(BRANDS)) for n, t in enumerate(texts)
    ]
    model = TargetModel()
    empty = TopicClassifier([], model.encode)
    batch_results = analyse(mentions, model, empty, matched_terms=matched_brands)
    assert batch_results == [
        analyse([w], model, empty, matched_terms=matched_brands)[0] for w in mentions
    ]
    for result in batch_results:
        assert result.analysis is AnalysisState.SCORED or not result.verdicts
        assert [v.watch for v in result.verdicts] in ([], [None], [None, "acme", "globex"])


def test_the_language_of_each_text_is_passed_to_the_model():
    """It is also passed when a batch is divided because of a failing text."""
    inputs = []

    class RecordingModel(TargetModel):
        languages = frozenset({"en", "de"})

        def predict(self, texts, languages=None):
            predictions = super().predict(texts, languages)
            inputs.extend(zip(texts, languages or [None] * len(texts), strict=True))
            return predictions

    model = RecordingModel()
    posts = [(MIXED, "en"), (f"{FAILING_WORD} this is not a good thing", "en"), (GERMAN, "de")]
    mentions = [pending_mention(text, n, language) for n, (text, language) in enumerate(posts)]
    analyse(mentions, model, TopicClassifier([], model.encode))
    assert {(MIXED, "en"), (GERMAN, "de")} <= set(inputs)
