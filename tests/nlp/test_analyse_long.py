"""nlp.analyse on long texts: the excerpt of each verdict, and its share of the text."""

from dataclasses import replace

import pytest

from core.mention import Sentiment
from nlp.analyse import analyse
from nlp.text.excerpt import EXCERPT_CHARACTERS
from nlp.text.normalize import clean
from nlp.topic_classifier import TopicClassifier
from tests.nlp.factories import WordModel, pending_mention
from tests.nlp.target_model import TargetModel

FILLER = "Nothing of note was said on that day, nor on the day after it. " * 100
TEXT = f"{FILLER}The Velorra is awful. {FILLER}The Oskelo is lovely. {FILLER}"
BRANDS = {"acme": "Velorra", "globex": "Oskelo"}
GERMAN = "An jenem Tag wurde nichts gesagt, was der Rede wert wäre, und danach auch nicht. "


def matched_brands(text, slugs):
    """Return the brands in *text*, by watch."""
    return {slug: [BRANDS[slug]] for slug in slugs if BRANDS[slug] in text}


class RecordingModel(TargetModel):
    """A model that records its inputs."""

    def __init__(self):
        super().__init__()
        self.inputs = []

    def predict(self, texts, languages=None):
        self.inputs.extend(texts)
        return super().predict(texts, languages)

    def encode(self, texts):
        self.inputs.extend(texts)
        return super().encode(texts)


def analyse_text(text, model, *watches, matched_brands=matched_brands):
    mention = replace(pending_mention(text, source_language=None), watches=watches)
    return analyse(
        [mention], model, TopicClassifier([], model.encode), matched_terms=matched_brands
    )[0]


def test_a_sentence_on_the_brand_is_scored_at_any_position():
    """It works with a single watch and with a model that does not support targets."""
    (verdict,) = analyse_text(TEXT, WordModel(), "acme").verdicts
    assert verdict.sentiment is Sentiment.NEGATIVE
    assert 0 < verdict.read_share < 0.1


def test_each_watch_is_scored_on_its_own_sentences():
    model = RecordingModel()
    by_watch = {v.watch: v for v in analyse_text(TEXT, model, "acme", "globex").verdicts}
    assert by_watch["acme"].sentiment is Sentiment.NEGATIVE
    assert by_watch["globex"].sentiment is Sentiment.POSITIVE
    assert by_watch["globex"].read_share < by_watch[None].read_share < 0.1
    (towards,) = {text for text in model.inputs if "► Oskelo ◄" in text}
    assert "Velorra" not in towards
    assert all(len(text) <= EXCERPT_CHARACTERS for text in model.inputs)


@pytest.mark.parametrize("terms", [None, matched_brands])
def test_without_terms_of_a_watch_the_head_is_scored(terms):
    model = RecordingModel()
    (verdict,) = analyse_text(TEXT, model, matched_brands=terms).verdicts
    assert clean(TEXT).startswith(max(model.inputs, key=len))
    assert verdict.read_share == pytest.approx(EXCERPT_CHARACTERS / len(TEXT), rel=0.1)


def test_text_within_the_limit_is_scored_completely():
    model = RecordingModel()
    short = TEXT[-EXCERPT_CHARACTERS:].strip()
    (verdict,) = analyse_text(short, model, "globex").verdicts
    assert verdict.read_share == 1
    assert short in model.inputs


def test_stars_of_a_long_text_are_spelled_out():
    model = RecordingModel()
    analyse_text(f"★☆☆☆☆ {FILLER}", model, "acme")
    assert model.inputs[-1].startswith("1 out of 5 stars Nothing")


def test_language_is_that_of_the_whole_text():
    """The head is English, the rest is German."""
    model = RecordingModel()
    result = analyse_text("It is a good day. " * 160 + GERMAN * 200, model)
    assert result.language == "de"
    assert all(len(text) <= EXCERPT_CHARACTERS for text in model.inputs), (
        "encode() gets an excerpt, too"
    )
