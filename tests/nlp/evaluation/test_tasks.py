"""nlp.evaluation.tasks and head_task: input and output of each task, and unsupported models."""

import sys
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pytest

import nlp.evaluation.tasks
import nlp.models
from core.errors import ConfigError
from core.plugins import available, load
from harken.plugin_settings import PACKAGED_MODELS
from nlp.evaluation.evaluate import evaluate
from nlp.evaluation.head_task import packaged_heads
from nlp.evaluation.task import RowError
from nlp.evaluation.tasks import task_names
from nlp.model import STANDARD_HEADS, Model, Prediction

EMOTIONS = ("anger", "joy", "optimism", "sadness")
INTENTS = ("complaint", "question", "request", "praise", "purchase", "churn_risk")


class HeadModel(Model):
    """A model that predicts the classes named in a text, and the sentiment of the marked brand."""

    name = "heads 00000000 cpu fp32"
    encoder_sha256 = "0" * 64
    languages = frozenset({"en", "de"})
    heads = MappingProxyType(
        {
            "emotion": EMOTIONS,
            "intent": INTENTS,
            "offence": ("clean", "offensive"),
            "irony": ("literal", "irony"),
        }
    )
    supports_targets = True
    temperatures = MappingProxyType({"emotion": {"*": 2.0, "de": 1.5}})

    def __init__(self):
        self.inputs = []

    def predict(self, texts, languages=None):
        self.inputs += texts
        return [self._prediction(text.lower().split()) for text in texts]

    def encode(self, texts):
        return np.ones((len(texts), 1), np.float32)

    def _prediction(self, words):
        heads = {head: self._probabilities(head, words) for head in self.heads}
        good = next((w for at, w in pairwise(words) if at == "►"), "")
        return Prediction(
            probabilities=(0.1, 0.1, 0.8) if good.startswith("good") else (0.8, 0.1, 0.1),
            vector=np.ones(1, np.float32),
            heads={} if "silent" in words else heads,
        )

    def _probabilities(self, head, words):
        is_named = [name in words for name in self.heads[head]]
        if head == "intent":
            return tuple(0.9 if yes else 0.2 for yes in is_named)
        weights = [4.0 if yes else 1.0 for yes in is_named]
        return tuple(weight / sum(weights) for weight in weights)


def row(text, label, **fields):
    key = "labels" if isinstance(label, list) else "label"
    return {"text": text, key: label, "language": "en", **fields}


@pytest.fixture
def model():
    return HeadModel()


@pytest.mark.parametrize("task", ["emotion", "offence", "irony"])
def test_a_head_is_a_task_of_its_name(model, task):
    classes = HeadModel.heads[task]
    rows = [row(f"so much {name} here", name) for name in classes]
    report = evaluate(rows, model, task)
    assert (report.figures["task"], report.figures["accuracy"]) == (task, 1.0)
    assert set(report.figures["per_class"]) == set(classes)
    assert [p[task] for p in report.predictions] == list(classes)


def test_a_text_without_output_of_the_head_is_not_scored(model):
    figures = evaluate([row("joy", "joy"), row("silent joy", "joy")], model, "emotion").figures
    assert (figures["accuracy"], figures["unscored"]) == (0.5, 1)


def test_a_missing_head_is_an_error_that_lists_the_models_with_it(tmp_path, monkeypatch):
    code = (
        "from tests.nlp.evaluation.test_tasks import HeadModel\n"
        "class Named(HeadModel):\n    '''Has heads.'''\n"
    )
    (tmp_path / "named.py").write_text(code)
    monkeypatch.setattr(nlp.models, "__path__", [str(tmp_path)])
    monkeypatch.setattr(HeadModel, "heads", {})
    with pytest.raises(ConfigError, match=r"no head 'irony'; it has: sentiment. No installed"):
        evaluate([row("x", "irony")], HeadModel(), "irony")
    monkeypatch.undo()
    other_model = HeadModel()
    other_model.heads = {"offence": ("clean", "offensive")}
    monkeypatch.setattr(nlp.models, "__path__", [str(tmp_path)])
    sys.modules.pop("nlp.models.named", None)
    with pytest.raises(ConfigError, match=r"has: sentiment, offence. Models with it: named\."):
        evaluate([row("x", "irony")], other_model, "irony")


# ---- intent: several classes, or none


def test_each_intent_is_predicted_from_probability_one_half(model):
    rows = [
        row("a complaint and a question", ["question", "complaint"]),
        row("nothing at all", []),
        row("a request", ["request", "praise"]),
        row("praise", "praise"),
    ]
    report = evaluate(rows, model, "intent")
    assert [p["intent"] for p in report.predictions] == [
        ["complaint", "question"], [], ["request"], ["praise"],
    ]  # fmt: skip
    assert report.figures["accuracy"] == 0.75
    assert report.figures["macro_recall"] == pytest.approx((1 + 1 + 1 + 0.5) / 4)
    assert report.figures["macro_f1"] == pytest.approx((1 + 1 + 1 + 2 / 3) / 4)


def test_calibration_error_of_intents_is_over_all_pairs_of_text_and_class(model):
    """Two rows of six: 0.9 for the correct class and 0.2 for the five others, twice."""
    rows = [row("praise", ["praise"]), row("request", ["request"])]
    assert evaluate(rows, model, "intent").figures["ece"] == pytest.approx(
        (2 * 0.1 + 10 * 0.2) / 12
    )


def test_intents_that_are_not_allowed_are_not_predicted(model):
    report = evaluate([row("praise request", ["praise"])], model, "intent", ["praise", "purchase"])
    assert report.predictions[0]["intent"] == ["praise"]
    assert report.predictions[0]["probabilities"] == {"praise": 0.9, "purchase": 0.2}
    assert report.figures["accuracy"] == 1.0


def test_a_text_without_intent_that_is_not_scored_is_wrong(model):
    """An unscored text is not the same as a text predicted to have no intent."""
    figures = evaluate([row("silent", [])], model, "intent").figures
    assert (figures["accuracy"], figures["unscored"], figures["macro_f1"]) == (0.0, 1, 0.0)


def test_task_of_one_label_accepts_a_list_of_one_only(model):
    assert evaluate([row("joy", ["joy"])], model, "emotion").figures["accuracy"] == 1.0
    with pytest.raises(RowError, match='one "label" of: anger, joy') as error:
        evaluate([row("joy", "joy"), row("joy", ["joy", "anger"])], model, "emotion")
    assert (error.value.row, error.value.key) == (1, "labels")


# ---- towards


def test_only_the_target_is_marked(model):
    text = "good bread from Gooden , stale from @Badly"
    rows = [row(text, "positive", target="Gooden"), row(text, "negative", target="Badly")]
    figures = evaluate(rows, model, "towards").figures
    assert figures["accuracy"] == 1.0
    assert model.inputs == [
        "good bread from ► Gooden ◄ , stale from @user",
        "good bread from Gooden , stale from @► Badly ◄",
    ]


def test_a_row_without_target_is_an_error(model):
    rows = [row("x", "positive", target="y"), row("x", "positive")]
    with pytest.raises(RowError, match='should have a "target"') as error:
        evaluate(rows, model, "towards")
    assert (error.value.row, error.value.key) == (1, "target")


def test_a_model_that_does_not_support_targets_is_an_error(model, tmp_path, monkeypatch):
    model.supports_targets = False
    monkeypatch.setattr(nlp.models, "__path__", [str(tmp_path)])
    with pytest.raises(ConfigError, match=r"does not score targets\. No installed model has it"):
        evaluate([row("x", "positive", target="x")], model, "towards")


# ---- language


def test_language_is_detected_from_the_text_alone(model):
    rows = [
        {"text": "this is a bad thing and it is all I have to say", "label": "English"},
        {"text": "Der Akku war nach zehn Kilometern leer", "label": "de", "language": "en"},
        {"text": "xq zzv", "label": "fr"},
        {"text": "Der Akku war nach zehn Kilometern leer und kalt", "label": "italian"},
    ]
    report = evaluate(rows, model, "language")
    assert [p["language"] for p in report.predictions] == ["en", "de", None, "de"]
    figures = report.figures
    assert (figures["accuracy"], figures["unscored"], figures["n"]) == (0.5, 1, 4)
    assert set(figures["per_language"]) == set(figures["per_class"]) == {"en", "de", "fr", "it"}
    assert figures["model"] != model.name
    assert model.inputs == []


def test_an_unknown_language_label_is_an_error(model):
    with pytest.raises(RowError, match="label: unknown 'klingon'"):
        evaluate([{"text": "x", "label": "klingon"}], model, "language")


# ---- calibration


def test_temperature_depends_on_head_and_language(model):
    rows = [row("joy", "joy"), row("joy", "joy"), row("joy", "joy", language="de")]
    figures = evaluate(rows, model, "emotion").figures
    assert figures["temperatures"] == {"de": 1.5, "en": 2.0}
    assert figures["temperature"] == 2.0
    share, before = 4 / 7, [4**t / (4**t + 3) for t in (2.0, 2.0, 1.5)]
    assert figures["ece"] == pytest.approx(1 - share)
    assert figures["ece_uncalibrated"] == pytest.approx(1 - np.mean(before))


def test_without_a_temperature_there_are_no_figures_before_calibration(model):
    report = evaluate([row("irony", "irony")], model, "irony")
    assert (report.figures["temperature"], report.figures["ece_uncalibrated"]) == (None, None)
    assert (report.figures["temperatures"], report.bins_before) == ({}, None)


def test_uncalibrated_figures_of_intents(model):
    model.temperatures = {"intent": {"*": 2.0}}
    figures = evaluate([row("praise", ["praise"])], model, "intent").figures
    high, low = 0.81 / (0.81 + 0.01), 0.04 / (0.04 + 0.64)
    assert figures["ece_uncalibrated"] == pytest.approx((1 - high + 5 * low) / 6)


# ---- all


CASES = {
    "emotion": "joy", "irony": "irony", "offence": "clean", "sentiment": "positive",
    "towards": "positive", "intent": ["praise", "request"], "language": "en",
}  # fmt: skip


@pytest.mark.parametrize("task", CASES)
def test_predictions_do_not_depend_on_labels_in_any_task(model, task):
    text = "this is what I have to say of joy and praise, with irony"
    right = row(text, CASES[task], target="joy")
    other = row(text, "de" if task == "language" else model_classes(task)[0], target="joy")
    assert evaluate([right], model, task).predictions == evaluate([other], model, task).predictions


def model_classes(task):
    return HeadModel.heads.get(task, ("negative",))


def test_every_task_of_the_contract_is_listed():
    assert task_names() == sorted({*CASES, "topics"})
    assert available("nlp.evaluation.tasks") == ["language", "topics", "towards"]


def test_standard_heads_are_those_of_the_packaged_adapters():
    model_classes_ = [load("nlp.models", name, Model) for name in PACKAGED_MODELS]
    assert {head for model_class in model_classes_ for head in packaged_heads(model_class)} == set(
        STANDARD_HEADS
    )


def test_a_head_that_only_this_model_has_is_a_task(model):
    model.heads = {"mood": ("calm", "loud")}
    report = evaluate([row("so loud", "loud"), row("calm", "calm")], model, "mood")
    assert report.figures["accuracy"] == 1.0
    assert [p["mood"] for p in report.predictions] == ["loud", "calm"]
    with pytest.raises(ConfigError, match=r"unknown 'mod'\. Did you mean 'mood'\?.* emotion, "):
        evaluate([row("so loud", "loud")], model, "mod")


def test_heads_that_no_packaged_model_has_are_unknown_to_others(model):
    with pytest.raises(ConfigError, match=r"--task: unknown 'mood'\..* Known: emotion, intent, "):
        evaluate([row("so loud", "loud")], model, "mood")


COIN = """
import numpy as np
from nlp.evaluation.task import Task

class Coin(Task):
    '''Heads in the first draw, tails in the second.'''

    output_key = "side"
    classes = ("heads", "tails")

    def samples(self, rows):
        for side in range(2):
            yield np.tile(np.eye(2)[side], (len(rows), 1))
"""


def test_new_task_is_one_file_with_mean_figures_of_its_draws(model, tmp_path, monkeypatch):
    (tmp_path / "coin.py").write_text(COIN)
    monkeypatch.setattr(nlp.evaluation.tasks, "__path__", [str(tmp_path)])
    rows = [row("a", "heads"), row("b", "heads"), row("c", "heads"), row("d", "tails")]
    report = evaluate(rows, model, "coin")
    sys.modules.pop("nlp.evaluation.tasks.coin")
    assert (report.figures["draws"], report.figures["n"]) == (2, 4)
    assert report.figures["accuracy"] == pytest.approx((0.75 + 0.25) / 2)
    assert report.figures["per_class"]["heads"]["recall"] == 0.5
    assert [p["side"] for p in report.predictions] == ["heads"] * 4
