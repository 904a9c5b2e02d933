"""A long text: what is read of it for each verdict, and the share that is told."""

from dataclasses import replace

import pytest

from core.mention import Sentiment
from nlp.analyse import analyse
from nlp.text.excerpt import EXCERPT_CHARACTERS
from nlp.text.normalize import clean
from nlp.topic_classifier import TopicClassifier
from tests.nlp.factories import WordModel, work
from tests.nlp.target_model import AimingModel

FILLER = "Nothing of note was said on that day, nor on the day after it. " * 100
TEXT = f"{FILLER}The Velorra is awful. {FILLER}The Oskelo is lovely. {FILLER}"
BRANDS = {"acme": "Velorra", "globex": "Oskelo"}
GERMAN = "An jenem Tag wurde nichts gesagt, was der Rede wert wäre, und danach auch nicht. "


def spoken(text, slugs):
    """The brands that *text* names."""
    return {slug: [BRANDS[slug]] for slug in slugs if BRANDS[slug] in text}


class Listening(AimingModel):
    """Keeps what it is shown."""

    def __init__(self):
        super().__init__()
        self.shown = []

    def predict(self, texts, languages=None):
        self.shown.extend(texts)
        return super().predict(texts, languages)

    def encode(self, texts):
        self.shown.extend(texts)
        return super().encode(texts)


def judged(text, model, *watches, spoken=spoken):
    one = replace(work(text, claimed=None), watches=watches)
    return analyse([one], model, TopicClassifier([], model.embed), matched_terms=spoken)[0]


def test_a_sentence_on_the_brand_is_read_wherever_it_stands():
    """With one watch alone, and by a model that reads towards none."""
    (verdict,) = judged(TEXT, WordModel(), "acme").verdicts
    assert verdict.sentiment is Sentiment.NEGATIVE
    assert 0 < verdict.read_share < 0.1


def test_towards_each_watch_its_own_sentences_are_read():
    model = Listening()
    said = {v.watch: v for v in judged(TEXT, model, "acme", "globex").verdicts}
    assert said["acme"].sentiment is Sentiment.NEGATIVE
    assert said["globex"].sentiment is Sentiment.POSITIVE
    assert said["globex"].read_share < said[None].read_share < 0.1
    (towards,) = {text for text in model.shown if "► Oskelo ◄" in text}
    assert "Velorra" not in towards
    assert all(len(text) <= EXCERPT_CHARACTERS for text in model.shown)


@pytest.mark.parametrize("of_watch", [None, spoken])
def test_where_no_word_of_a_watch_is_known_the_head_is_read(of_watch):
    model = Listening()
    (verdict,) = judged(TEXT, model, spoken=of_watch).verdicts
    assert clean(TEXT).startswith(max(model.shown, key=len))
    assert verdict.read_share == pytest.approx(EXCERPT_CHARACTERS / len(TEXT), rel=0.1)


def test_a_text_within_the_limit_is_read_whole():
    model = Listening()
    short = TEXT[-EXCERPT_CHARACTERS:].strip()
    (verdict,) = judged(short, model, "globex").verdicts
    assert verdict.read_share == 1
    assert short in model.shown


def test_its_language_is_that_of_the_whole_text():
    """Its head is English, and only the rest tells."""
    model = Listening()
    found = judged("It is a good day. " * 160 + GERMAN * 200, model)
    assert found.language == "de"
    assert all(len(text) <= EXCERPT_CHARACTERS for text in model.shown), (
        "embedded, it is an excerpt, too"
    )
