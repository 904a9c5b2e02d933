"""Figures of ``harken evaluate``, compared with the same figures in plain Python."""

import math
from fractions import Fraction
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.mention import Sentiment
from nlp import metrics
from nlp.evaluation.evaluate import evaluate
from nlp.model import Model, Prediction
from tests.nlp.factories import FAILING_WORD, WordModel

CLASSES = [str(name) for name in Sentiment]
FEW = settings(max_examples=30)
LABELS = st.sampled_from(CLASSES)


class FixedModel(Model):
    """A model that returns given probabilities for each text."""

    name = "fixed"
    encoder_sha256 = "0" * 64
    languages = frozenset({"en"})
    temperatures: ClassVar = {"sentiment": {"*": 1.0}}

    def __init__(self, shares):
        self.shares = dict(shares)

    def predict(self, texts, languages=None):
        return [Prediction(probabilities=self.shares[t], vector=np.ones(1)) for t in texts]

    def encode(self, texts):
        return np.ones((len(texts), 1), np.float32)


def shares_of(weights):
    return tuple(weight / sum(weights) for weight in weights)


SHARES = st.tuples(*[st.integers(1, 99)] * 3).map(shares_of)
# A label, the probabilities of the model (None: NaN), and a language (de: not supported).
ROWS = st.lists(
    st.tuples(LABELS, SHARES | st.none(), st.sampled_from(["en", "de"])), min_size=1, max_size=12
)


def report(rows, **options):
    labelled_rows = [
        {"text": f"text {n}", "label": label, "language": language}
        for n, (label, _, language) in enumerate(rows)
    ]
    model = FixedModel((f"text {n}", shares) for n, (_, shares, _) in enumerate(rows))
    return evaluate(labelled_rows, model, **options)


def outcomes_of(rows, classes=CLASSES):
    """Yield truth, prediction and confidence of each row; None and 0 for unscored rows."""
    for label, shares, language in rows:
        if shares is None or language != "en":
            yield label, None, 0.0
            continue
        shares_by_class = {
            name: share for name, share in zip(CLASSES, shares, strict=True) if name in classes
        }
        best = max(shares_by_class, key=shares_by_class.__getitem__)
        yield label, best, shares_by_class[best] / sum(shares_by_class.values())


def figures_by_definition(rows, classes=CLASSES):
    """Compute the figures of ``harken evaluate`` by their definitions."""
    outcomes = list(outcomes_of(rows, classes))
    recalls, f1s = [], []
    for label in {label for label, _, _ in outcomes}:
        predictions = [best for truth, best, _ in outcomes if truth == label]
        hits = predictions.count(label)
        predicted_count = sum(best == label for _, best, _ in outcomes)
        recalls.append(Fraction(hits, len(predictions)))
        f1s.append(Fraction(2 * hits, len(predictions) + predicted_count))
    return {
        "n": len(outcomes),
        "accuracy": sum(truth == best for truth, best, _ in outcomes) / len(outcomes),
        "macro_recall": float(sum(recalls) / len(recalls)),
        "macro_f1": float(sum(f1s) / len(f1s)),
        "ece": ece_by_definition(
            [(truth == best, confidence) for truth, best, confidence in outcomes]
        ),
        "unscored": sum(best is None for _, best, _ in outcomes),
    }


def ece_by_definition(outcomes):
    """Compute the error over 15 bins of equal width, closed above (arXiv:1706.04599, section 2)."""
    total = 0.0
    for low in range(15):
        inside = [
            (correct, c) for correct, c in outcomes if max(0, min(14, math.ceil(c * 15) - 1)) == low
        ]
        if inside:
            share_right = sum(correct for correct, _ in inside) / len(inside)
            mean = sum(c for _, c in inside) / len(inside)
            total += len(inside) / len(outcomes) * abs(share_right - mean)
    return total


# ---- the report


@FEW
@given(ROWS)
def test_figures_equal_their_definitions(rows):
    figures = report(rows).figures
    plain_figures = figures_by_definition(rows)
    assert {name: figures[name] for name in plain_figures} == pytest.approx(plain_figures)


@FEW
@given(ROWS)
def test_figures_of_each_language_equal_their_definitions(rows):
    by_language = report(rows).figures["per_language"]
    assert set(by_language) == {language for _, _, language in rows}
    for code, figures in by_language.items():
        language_rows = [row for row in rows if row[2] == code]
        plain_figures = figures_by_definition(language_rows)
        assert {name: figures[name] for name in plain_figures} == pytest.approx(plain_figures)


@FEW
@given(ROWS, st.sets(LABELS, min_size=2, max_size=3))
def test_figures_of_some_classes_equal_their_definitions(rows, classes):
    """The argmax is among them alone, and its probability is renormalised."""
    figures = report(rows, classes=sorted(classes)).figures
    plain_figures = figures_by_definition(rows, classes)
    assert {name: figures[name] for name in plain_figures} == pytest.approx(plain_figures)


@FEW
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_no_figure(rows, chance):
    permuted_rows = chance.sample(rows, len(rows))
    one, other = (report(fewer_rows).figures for fewer_rows in (rows, permuted_rows))
    for name in ("accuracy", "macro_recall", "macro_f1", "ece", "ece_uncalibrated", "unscored"):
        assert one[name] == pytest.approx(other[name])


@FEW
@given(ROWS, LABELS)
def test_predictions_depend_on_no_label(rows, label):
    rows_without_labels = [(label, shares, language) for _, shares, language in rows]
    assert report(rows_without_labels).predictions == report(rows).predictions


@FEW
@given(ROWS)
def test_each_row_has_one_prediction_that_sums_to_one_or_is_empty(rows):
    result = report(rows).predictions
    assert [p["language"] for p in result] == [language for _, _, language in rows]
    for prediction, (_, best, confidence) in zip(result, outcomes_of(rows), strict=True):
        assert prediction["sentiment"] == best
        total = sum(prediction["probabilities"].values())
        assert total == pytest.approx(1.0 if best else 0.0)
        assert max(prediction["probabilities"].values(), default=0.0) == pytest.approx(confidence)


@FEW
@given(ROWS, LABELS)
def test_additional_unscored_row_improves_no_figure(rows, label):
    """An unscored row counts as wrong: a model cannot gain by leaving rows unscored."""
    labels = {truth for truth, _, _ in rows}
    before, after = (
        report(fewer_rows).figures for fewer_rows in (rows, [*rows, (label, None, "en")])
    )
    assert after["accuracy"] <= before["accuracy"]
    assert after["unscored"] == before["unscored"] + 1
    if label in labels:
        assert after["macro_recall"] <= before["macro_recall"] + 1e-12
        assert after["macro_f1"] <= before["macro_f1"] + 1e-12


def test_model_of_temperature_one_is_not_calibrated():
    rows = [("negative", (0.5, 0.3, 0.2), "en"), ("positive", (0.1, 0.2, 0.7), "en")]
    figures = report(rows).figures
    assert figures["temperature"] == 1.0
    assert figures["ece"] == figures["ece_uncalibrated"] == pytest.approx(0.4)


def test_where_nothing_is_scored_everything_is_zero():
    figures = report([("negative", None, "en"), ("positive", None, "de")]).figures
    names = ("accuracy", "macro_recall", "macro_f1", "ece", "ece_uncalibrated")
    assert [figures[name] for name in names] == [0.0] * 5
    assert figures["per_class"]["negative"] == {"n": 1, "precision": 0, "recall": 0, "f1": 0}


def test_equal_texts_are_two_rows():
    row = {"text": "a bad day", "label": "negative", "language": "en"}
    assert evaluate([row, row], WordModel()).figures["n"] == 2


def test_failing_row_affects_no_other():
    texts = ["a bad day", f"a {FAILING_WORD} day", "a great day"]
    rows = [{"text": text, "label": "negative", "language": "en"} for text in texts]
    outcomes = [p["sentiment"] for p in evaluate(rows, WordModel()).predictions]
    assert outcomes == ["negative", None, "positive"]


def test_language_can_be_a_name_or_a_code():
    rows = [
        {"text": "a bad day", "label": "negative", "language": name}
        for name in ("English", "en", "ENGLISH", "EN")
    ]
    assert set(evaluate(rows, WordModel()).figures["per_language"]) == {"en"}


def test_rows_may_come_from_a_generator():
    rows = ({"text": "a bad day", "label": name, "language": "en"} for name in CLASSES)
    assert evaluate(rows, WordModel()).figures["n"] == 3


# ---- the metrics alone


@FEW
@given(st.lists(st.tuples(st.booleans(), st.floats(0, 1)), min_size=1, max_size=30))
def test_the_calibration_error_is_that_of_its_definition(outcomes):
    correct = np.array([float(r) for r, _ in outcomes])
    confidence = np.array([c for _, c in outcomes])
    result = metrics.calibration_error(metrics.bins(correct, confidence))
    assert result == pytest.approx(ece_by_definition(outcomes))
    assert 0.0 <= result <= 1.0 + 1e-12


@pytest.mark.parametrize("edge", [0.0, 1 / 15, 1.0])
def test_edge_of_a_bin_belongs_to_the_lower_bin(edge):
    """Two rows at and just below an edge share a bin, so that their gaps cancel."""
    correct, confidence = np.array([1.0, 0.0]), np.array([edge, max(0.0, edge - 1e-9)])
    result = metrics.calibration_error(metrics.bins(correct, confidence))
    assert result == pytest.approx(abs(1 - 2 * edge) / 2)


@given(st.floats(-1e4, 1e4), st.floats(-30, 30))
def test_softmax_depends_on_differences_and_does_not_overflow(base, step):
    shares = metrics.softmax(np.array([[base, base + step]]))
    assert shares == pytest.approx(metrics.softmax(np.array([[0.0, step]])), abs=1e-6)
    assert np.isfinite(metrics.softmax(np.array([[1e30, -1e30, 0.0]]))).all()


@settings(max_examples=15)
@given(st.lists(st.sampled_from([0, 1, 2]), min_size=2, max_size=20))
def test_temperature_has_bounds_and_changes_no_prediction(truth):
    logits = np.random.default_rng(len(truth)).normal(size=(len(truth), 3))
    result = metrics.fit_temperature(logits, np.array(truth))
    assert 0.5 <= result <= 4.0
    assert (metrics.softmax(logits / result).argmax(1) == logits.argmax(1)).all()
