"""nlp.evaluation.tasks: what each task asks of a model, and what it does where the model cannot."""

import sys
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pytest

import nlp.evaluation.tasks
import nlp.models
from core.errors import ConfigError
from core.plugins import available
from nlp.evaluation.evaluate import evaluate
from nlp.evaluation.task import RowError
from nlp.model import Model, Prediction

MOODS = ("anger", "joy", "optimism", "sadness")
INTENTS = ("complaint", "question", "request", "praise", "purchase", "churn_risk")


class Heads(Model):
    """Says of a text what its words name: ``joy``, ``question`` …; sentiment of what is marked."""

    name = "heads 00000000 cpu fp32"
    encoder_sha256 = "0" * 64
    languages = frozenset({"en", "de"})
    heads = MappingProxyType(
        {
            "emotion": MOODS,
            "intent": INTENTS,
            "offence": ("clean", "offensive"),
            "irony": ("literal", "irony"),
        }
    )
    supports_targets = True
    temperatures = MappingProxyType({"emotion": {"*": 2.0, "de": 1.5}})

    def __init__(self):
        self.read_texts = []

    def predict(self, texts, languages=None):
        self.read_texts += texts
        return [self._reading(text.lower().split()) for text in texts]

    def encode(self, texts):
        return np.ones((len(texts), 1), np.float32)

    def _reading(self, words):
        told = {head: self._shares(head, words) for head in self.heads}
        good = next((w for at, w in pairwise(words) if at == "►"), "")
        return Prediction(
            probabilities=(0.1, 0.1, 0.8) if good.startswith("good") else (0.8, 0.1, 0.1),
            vector=np.ones(1, np.float32),
            heads={} if "silent" in words else told,
        )

    def _shares(self, head, words):
        heard = [name in words for name in self.heads[head]]
        if head == "intent":
            return tuple(0.9 if yes else 0.2 for yes in heard)
        weights = [4.0 if yes else 1.0 for yes in heard]
        return tuple(weight / sum(weights) for weight in weights)


def row(text, label, **more):
    key = "labels" if isinstance(label, list) else "label"
    return {"text": text, key: label, "language": "en", **more}


@pytest.fixture
def model():
    return Heads()


@pytest.mark.parametrize("task", ["emotion", "offence", "irony"])
def test_a_head_is_asked_by_its_name(model, task):
    classes = Heads.heads[task]
    rows = [row(f"so much {name} here", name) for name in classes]
    report = evaluate(rows, model, task)
    assert (report.figures["task"], report.figures["accuracy"]) == (task, 1.0)
    assert set(report.figures["per_class"]) == set(classes)
    assert [p[task] for p in report.predictions] == list(classes)


def test_where_the_head_is_silent_nothing_is_scored(model):
    figures = evaluate([row("joy", "joy"), row("silent joy", "joy")], model, "emotion").figures
    assert (figures["accuracy"], figures["unscored"]) == (0.5, 1)


def test_a_model_without_the_head_is_told_with_those_that_have_it(tmp_path, monkeypatch):
    code = (
        "from tests.nlp.evaluation.test_tasks import Heads\n"
        "class Named(Heads):\n    '''Has heads.'''\n"
    )
    (tmp_path / "named.py").write_text(code)
    monkeypatch.setattr(nlp.models, "__path__", [str(tmp_path)])
    monkeypatch.setattr(Heads, "heads", {})
    with pytest.raises(ConfigError, match=r"no head 'irony'; it has: sentiment. No installed"):
        evaluate([row("x", "irony")], Heads(), "irony")
    monkeypatch.undo()
    bare = Heads()
    bare.heads = {"offence": ("clean", "offensive")}
    monkeypatch.setattr(nlp.models, "__path__", [str(tmp_path)])
    sys.modules.pop("nlp.models.named", None)
    with pytest.raises(ConfigError, match=r"has: sentiment, offence. Models with it: named\."):
        evaluate([row("x", "irony")], bare, "irony")


# ---- intent: several classes, or none


def test_each_intent_is_said_for_itself_from_one_half_on(model):
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


def test_the_error_of_intents_is_that_of_all_pairs_of_text_and_class(model):
    """Two rows of six: 0.9 for the one that is right, 0.2 for the five that are not, twice."""
    rows = [row("praise", ["praise"]), row("request", ["request"])]
    assert evaluate(rows, model, "intent").figures["ece"] == pytest.approx(
        (2 * 0.1 + 10 * 0.2) / 12
    )


def test_intents_that_were_not_asked_for_are_not_said(model):
    report = evaluate([row("praise request", ["praise"])], model, "intent", ["praise", "purchase"])
    assert report.predictions[0]["intent"] == ["praise"]
    assert report.predictions[0]["probabilities"] == {"praise": 0.9, "purchase": 0.2}
    assert report.figures["accuracy"] == 1.0


def test_a_text_without_intent_that_is_not_scored_is_wrong(model):
    """Nothing said is not the same as none of them said."""
    figures = evaluate([row("silent", [])], model, "intent").figures
    assert (figures["accuracy"], figures["unscored"], figures["macro_f1"]) == (0.0, 1, 0.0)


def test_a_task_of_one_label_takes_a_list_of_one_and_no_other(model):
    assert evaluate([row("joy", ["joy"])], model, "emotion").figures["accuracy"] == 1.0
    with pytest.raises(RowError, match='one "label" of: anger, joy') as wrong:
        evaluate([row("joy", "joy"), row("joy", ["joy", "anger"])], model, "emotion")
    assert (wrong.value.row, wrong.value.key) == (1, "labels")


# ---- towards


def test_the_target_is_marked_and_the_rest_is_not(model):
    text = "good bread from Gooden , stale from @Badly"
    rows = [row(text, "positive", target="Gooden"), row(text, "negative", target="Badly")]
    figures = evaluate(rows, model, "towards").figures
    assert figures["accuracy"] == 1.0
    assert model.read_texts == [
        "good bread from ► Gooden ◄ , stale from @user",
        "good bread from Gooden , stale from @► Badly ◄",
    ]


def test_a_row_without_target_is_told(model):
    rows = [row("x", "positive", target="y"), row("x", "positive")]
    with pytest.raises(RowError, match='should have a "target"') as wrong:
        evaluate(rows, model, "towards")
    assert (wrong.value.row, wrong.value.key) == (1, "target")


def test_a_model_that_reads_no_targets_is_refused(model, tmp_path, monkeypatch):
    model.reads_targets = False
    monkeypatch.setattr(nlp.models, "__path__", [str(tmp_path)])
    with pytest.raises(ConfigError, match=r"does not score targets\. No installed model has it"):
        evaluate([row("x", "positive", target="x")], model, "towards")


# ---- language


def test_language_is_told_by_the_text_alone(model):
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
    assert model.read_texts == []


def test_a_language_that_is_none_is_told(model):
    with pytest.raises(RowError, match="label: unknown 'klingon'"):
        evaluate([{"text": "x", "label": "klingon"}], model, "language")


# ---- calibration


def test_temperatures_are_those_of_head_and_language(model):
    rows = [row("joy", "joy"), row("joy", "joy"), row("joy", "joy", language="de")]
    figures = evaluate(rows, model, "emotion").figures
    assert figures["temperatures"] == {"de": 1.5, "en": 2.0}
    assert figures["temperature"] == 2.0
    share, before = 4 / 7, [4**t / (4**t + 3) for t in (2.0, 2.0, 1.5)]
    assert figures["ece"] == pytest.approx(1 - share)
    assert figures["ece_uncalibrated"] == pytest.approx(1 - np.mean(before))


def test_where_no_temperature_is_known_nothing_is_said_of_before(model):
    report = evaluate([row("irony", "irony")], model, "irony")
    assert (report.figures["temperature"], report.figures["ece_uncalibrated"]) == (None, None)
    assert (report.figures["temperatures"], report.bins_before) == ({}, None)


def test_before_calibration_intents_were_more_certain_each_for_itself(model):
    model.temperatures = {"intent": {"*": 2.0}}
    figures = evaluate([row("praise", ["praise"])], model, "intent").figures
    sure, unsure = 0.81 / (0.81 + 0.01), 0.04 / (0.04 + 0.64)
    assert figures["ece_uncalibrated"] == pytest.approx((1 - sure + 5 * unsure) / 6)


# ---- all


CASES = {
    "emotion": "joy", "irony": "irony", "offence": "clean", "sentiment": "positive",
    "towards": "positive", "intent": ["praise", "request"], "language": "en",
}  # fmt: skip


@pytest.mark.parametrize("task", CASES)
def test_predictions_depend_on_no_label_in_any_task(model, task):
    text = "this is what I have to say of joy and praise, with irony"
    right = row(text, CASES[task], target="joy")
    other = row(text, "de" if task == "language" else model_classes(task)[0], target="joy")
    assert evaluate([right], model, task).predictions == evaluate([other], model, task).predictions


def model_classes(task):
    return Heads.heads.get(task, ("negative",))


def test_every_task_of_the_contract_is_there():
    assert set(available("nlp.evaluation.tasks")) == {*CASES, "topics"}


COIN = """
import numpy as np
from nlp.evaluation.task import Task

class Coin(Task):
    '''Says heads in the first draw, tails in the second.'''

    output_key = "side"
    classes = ("heads", "tails")

    def samples(self, rows):
        for side in range(2):
            yield np.tile(np.eye(2)[side], (len(rows), 1))
"""


def test_a_new_task_is_one_file_and_the_figures_of_its_draws_are_their_mean(
    model, tmp_path, monkeypatch
):
    (tmp_path / "coin.py").write_text(COIN)
    monkeypatch.setattr(nlp.evaluation.tasks, "__path__", [str(tmp_path)])
    rows = [row("a", "heads"), row("b", "heads"), row("c", "heads"), row("d", "tails")]
    report = evaluate(rows, model, "coin")
    sys.modules.pop("nlp.evaluation.tasks.coin")
    assert (report.figures["draws"], report.figures["n"]) == (2, 4)
    assert report.figures["accuracy"] == pytest.approx((0.75 + 0.25) / 2)
    assert report.figures["per_class"]["heads"]["recall"] == 0.5
    assert [p["side"] for p in report.predictions] == ["heads"] * 4
