"""The packaged model: it reads today as it did when it was made, and well enough to ship."""

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest

from core.mention import AnalysisState, Emotion, Intent, Sentiment
from core.plugins import available, load
from core.watch import Topic
from nlp.analyse import analyse
from nlp.encoder import adapter
from nlp.evaluation.evaluate import evaluate
from nlp.model import Model
from nlp.text.normalize import clean
from nlp.topic_classifier import TopicClassifier
from nlp.training import figures as measure
from tests.nlp.factories import work
from tests.nlp.golden import readings, sentences

pytestmark = pytest.mark.model

ROOT = Path(__file__).parents[3]
ORDERS = ROOT / "tests" / "data" / "orders.jsonl"
CARDS = ROOT / "docs" / "models"
# What was measured, rounded up; 0.05 and none are wanted. The small model was never shown an order.
SWAY = {"minilm-en": 0.2, "e5-multi": 0.04}
TURNED = {"minilm-en": 20, "e5-multi": 1}
TOPICS = [
    Topic(
        id="brakes",
        name="Brakes",
        sentences=("The brakes fail, squeal or do not stop the bike.",),
    ),
    Topic(
        id="delivery",
        name="Delivery",
        sentences=("The order arrives late or the parcel is damaged.",),
    ),
]


@pytest.fixture(scope="module", params=available("nlp.models"))
def name(request):
    """Every model that ships."""
    return request.param


@pytest.fixture(scope="module")
def model(name):
    return load("nlp.models", name, Model)()


@pytest.fixture(scope="module")
def validation():
    shared = Path(os.environ.get("SHARED", "../shared"))
    path = shared / "data" / "tweeteval_sentiment_validation.jsonl.gz"
    if not path.exists():
        pytest.skip("SHARED has no data/tweeteval_sentiment_validation.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_it_reads_as_it_did(model, name):
    golden = readings(name)
    found = model.read([clean(text) for text in golden])
    for reading, (text, expected) in zip(found, golden.items(), strict=True):
        assert reading.probabilities == pytest.approx(expected, abs=0.02), text


def test_it_reads_plain_sentences_as_people_do(model):
    found = model.read([clean(text) for text in sentences()])
    said = [list(Sentiment)[np.argmax(reading.probabilities)] for reading in found]
    right = [word == label for word, label in zip(said, sentences().values(), strict=True)]
    assert np.mean(right) >= 0.9


def test_it_keeps_the_contract_of_a_model(model):
    texts = ["It works.", "", "I love it! " * 200, "x"]
    found = model.read(texts)
    assert [len(reading.vector) for reading in found] == [384] * 4
    assert np.stack([r.vector for r in found]) == pytest.approx(model.embed(texts), abs=1e-3)
    assert all(sum(r.probabilities) == pytest.approx(1.0, abs=1e-3) for r in found)
    assert model.encoder_sha256 == type(model).base.sha256
    assert "en" in model.languages


def test_neighbours_in_a_batch_do_not_matter(model):
    texts = [clean(text) for text in sentences()][::4]
    together = [reading.probabilities for reading in model.read(texts)]
    alone = [model.read([text])[0].probabilities for text in texts]
    assert np.array(together) == pytest.approx(np.array(alone), abs=0.02)


def test_the_end_of_a_long_text_counts(model):
    start = "The shop opens at nine on Monday. " * 60
    end = "I hate this awful broken thing, it is dangerous. " * 60
    (calm,), (angry,) = model.read([start]), model.read([start + end])
    assert angry.probabilities[0] > calm.probabilities[0] + 0.2


def test_topics_come_from_the_sentences_of_the_taxonomy(model):
    texts = [
        "the brakes failed on a descent, my kid crashed",
        "third week and still no parcel, terrible",
    ]
    works = [work(text, n) for n, text in enumerate([*texts, "good morning, have a nice week"])]
    results = analyse(works, model, TopicClassifier(TOPICS, model.embed, model.topic_threshold))
    assert [r.analysis for r in results] == [AnalysisState.SCORED] * 3
    assert [r.verdicts[0].topics for r in results] == [("brakes",), ("delivery",), ()]
    assert [r.verdicts[0].sentiment for r in results[:2]] == [Sentiment.NEGATIVE] * 2


def test_it_is_good_enough_to_ship(model, validation):
    """0.70 is the floor that we promise; probabilities are off by less than 0.05."""
    figures = evaluate(validation, model).figures
    assert figures["macro_recall"] >= 0.70
    assert figures["ece"] <= 0.05
    assert figures["unscored"] <= 30


def test_its_heads_are_those_that_the_product_knows(model):
    """Classes with other names would be stored and never be shown."""
    known = {
        "emotion": set(map(str, Emotion)),
        "intent": set(map(str, Intent)),
        "offence": {"clean", "offensive"},
        "irony": {"literal", "irony"},
    }
    assert {head: set(classes) for head, classes in model.heads.items()}.items() <= known.items()


def test_an_order_to_the_model_does_not_sway_it(model):
    """Over 142 pairs with and without an order: the median shift, and nothing turns to praise."""
    rows = [json.loads(line) for line in ORDERS.read_text("utf-8").splitlines()]
    plain, ordered = (_shares(model, [row[key] for row in rows]) for key in ("text", "with_order"))
    shift = np.abs((plain[:, 2] - plain[:, 0]) - (ordered[:, 2] - ordered[:, 0]))
    turned = (plain.argmax(axis=1) == 0) & (ordered.argmax(axis=1) == 2)
    assert np.median(shift) <= SWAY[model.name.partition(" ")[0]]
    assert turned.sum() <= TURNED[model.name.partition(" ")[0]]


def _shares(model, texts):
    return np.array([r.probabilities for r in model.read([clean(text) for text in texts])])


def test_its_card_and_its_file_tell_the_same_figures(model, name):
    made = adapter.load_adapter(adapter.ADAPTERS_FOLDER / type(model).adapter_file)
    card = (CARDS / f"{Path(type(model).adapter_file).stem}.md").read_text("utf-8")
    figures = made.notes["figures"]
    assert set(figures) == set(made.heads)
    for head, found in figures.items():
        for figure in found:
            assert measure.row(head, figure) in card
