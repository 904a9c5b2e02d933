"""What a model reads besides the sentiment of the whole text: its heads, and towards each watch."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mention import AnalysisState, Emotion, Intent, Sentiment
from nlp.analyse import analyse
from nlp.topic_classifier import TopicClassifier
from tests.nlp.factories import HOLLOW, POISON, WordModel, work
from tests.nlp.target_model import ODD, AimingModel

MIXED = "The Velorra is a lovely bike but the Oskelo is an awful one"
BRANDS = {"acme": "Velorra", "globex": "Oskelo"}
GERMAN = "Das Velorra ist ein gutes Rad, aber das Oskelo war nach einem Tag schon kaputt"


def spoken(text, slugs):
    """The brands that *text* names."""
    return {slug: [BRANDS[slug]] for slug in slugs if BRANDS[slug] in text}


def verdicts(text, model=None, *, watches=tuple(BRANDS), spoken=spoken):
    """By watch; None for the whole text."""
    model = model or AimingModel()
    one = replace(work(text), watches=watches)
    (found,) = analyse([one], model, TopicClassifier([], model.encode), matched_terms=spoken)
    return {v.watch: v for v in found.verdicts}


def test_each_head_is_told_by_class_and_what_follows_from_it():
    verdict = verdicts("This is an awful bike, is it not?")[None]
    assert verdict.heads["emotion"] == {"anger": 0.7, "joy": 0.1, "optimism": 0.1, "sadness": 0.1}
    assert verdict.emotion is Emotion.ANGER
    assert verdict.intents == (Intent.CHURN_RISK, Intent.COMPLAINT, Intent.QUESTION)
    assert verdict.offensive is True


def test_a_model_without_heads_says_nothing_of_them():
    verdict = verdicts(MIXED, WordModel())[None]
    assert (verdict.heads, verdict.emotion, verdict.offensive) == ({}, None, None)


def test_a_head_that_answers_with_no_number_is_left_out_and_the_others_stay():
    verdict = verdicts(f"This is an {ODD} and awful thing that I do not like")[None]
    assert verdict.heads.keys() == {"emotion", "intent"}
    assert verdict.offensive is None


def test_a_language_of_nobody_has_no_heads_and_no_targets():
    model = AimingModel()
    one = replace(work(GERMAN, claimed="de"), watches=tuple(BRANDS))
    (found,) = analyse([one], model, TopicClassifier([], model.encode), matched_terms=spoken)
    assert (found.reason, found.verdicts) == ("language:de", ())


def test_a_text_on_two_watches_is_read_towards_each():
    said = verdicts(MIXED)
    assert {w: v.sentiment for w, v in said.items()} == {
        None: Sentiment.POSITIVE,
        "acme": Sentiment.POSITIVE,
        "globex": Sentiment.NEGATIVE,
    }
    assert sum(said["globex"].probabilities.values()) == pytest.approx(1)
    assert (said["globex"].topics, said["globex"].heads) == ((), {})
    assert said["globex"].model == said[None].model


def test_a_brand_that_is_named_by_its_account_is_read_towards_too():
    """Elsewhere accounts are all the same to the model: @user."""
    said = verdicts("@Velorra makes a lovely bike but @Oskelo makes an awful one")
    assert said["acme"].sentiment is Sentiment.POSITIVE
    assert said["globex"].sentiment is Sentiment.NEGATIVE


@pytest.mark.parametrize(
    ("text", "watches"),
    [
        ("The Velorra is a lovely bike and that is all", ("acme", "globex")),
        ("Neither of the two is a lovely bike", ("acme", "globex")),
        (MIXED, ("acme",)),
        (MIXED, ()),
    ],
)
def test_where_fewer_than_two_are_named_the_whole_text_is_all_there_is(text, watches):
    model = AimingModel()
    assert verdicts(text, model, watches=watches).keys() == {None}
    assert model.calls in ([1], [1, 0])


def test_a_model_that_reads_no_targets_is_not_asked_for_them():
    assert verdicts(MIXED, WordModel()).keys() == {None}
    assert verdicts(MIXED, spoken=None).keys() == {None}


def test_what_goes_wrong_towards_one_watch_takes_nothing_from_the_others():
    """No number, or an error: that watch has the verdict on the whole text."""

    class Half(AimingModel):
        def predict(self, texts, languages=None):
            self._complain([POISON for text in texts if "► Oskelo" in text])
            return super().predict(texts, languages)

    assert verdicts(MIXED, Half()).keys() == {None, "acme"}
    whole = f"The Velorra is lovely but the Oskelo is {HOLLOW} and that is all I know"
    assert verdicts(whole).keys() == {None}, "no number for the whole: nothing else is asked"


@given(st.lists(st.sampled_from([MIXED, GERMAN, "good bike", POISON, "Velorra"]), max_size=8))
def test_whoever_else_is_in_the_batch_the_verdicts_are_the_same(texts):
    works = [replace(work(t, n, None), watches=tuple(BRANDS)) for n, t in enumerate(texts)]
    model = AimingModel()
    empty = TopicClassifier([], model.encode)
    together = analyse(works, model, empty, matched_terms=spoken)
    assert together == [analyse([w], model, empty, matched_terms=spoken)[0] for w in works]
    for one in together:
        assert one.analysis is AnalysisState.SCORED or not one.verdicts
        assert [v.watch for v in one.verdicts] in ([], [None], [None, "acme", "globex"])


def test_the_language_of_each_text_goes_with_it_to_the_model():
    """Also where a batch is halved around a text that cannot be read."""
    heard = []

    class Listening(AimingModel):
        languages = frozenset({"en", "de"})

        def predict(self, texts, languages=None):
            answers = super().predict(texts, languages)
            heard.extend(zip(texts, languages or [None] * len(texts), strict=True))
            return answers

    model = Listening()
    said = [(MIXED, "en"), (f"{POISON} this is not a good thing", "en"), (GERMAN, "de")]
    works = [work(text, n, claimed) for n, (text, claimed) in enumerate(said)]
    analyse(works, model, TopicClassifier([], model.encode))
    assert {(MIXED, "en"), (GERMAN, "de")} <= set(heard)
