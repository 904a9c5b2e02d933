"""nlp.evaluation.predictions: laws of predictions and of their confidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from core.mention import DECISION_THRESHOLD
from nlp.evaluation.predictions import TaskPredictions, overall_metrics
from nlp.metrics import softmax

FEW = settings(max_examples=40)
ROWS, CLASSES = 5, 4
LOGITS = hnp.arrays(np.float64, (ROWS, CLASSES), elements=st.floats(-8, 8))
TRUTHS = hnp.arrays(np.bool_, (ROWS, CLASSES))
ASKED = st.sets(st.integers(0, CLASSES - 1), min_size=1).map(sorted)
DEGREES = hnp.arrays(np.float64, ROWS, elements=st.floats(0.5, 4))


def answers(logits, degrees=None, *, truth=None, asked=range(CLASSES), several=False):
    told = np.ones(ROWS) if degrees is None else degrees
    cooled = logits / told[:, None]
    return TaskPredictions(
        truth=np.zeros((ROWS, CLASSES), bool) if truth is None else truth,
        probabilities=1 / (1 + np.exp(-cooled)) if several else softmax(cooled),
        temperatures=told,
        allowed_classes=list(asked),
        multi_label=several,
    )


@FEW
@given(LOGITS, DEGREES, ASKED, st.booleans())
def test_before_calibration_is_what_the_logits_alone_would_say(logits, degrees, asked, several):
    """Undoing a temperature gives the reliability of temperature one, also of some classes."""
    calibrated = answers(logits, degrees, asked=asked, several=several)
    plain = answers(logits, asked=asked, several=several)
    found, expected = calibrated.bins_before(), plain.bins()
    assert sum(b.count for b in found) == sum(b.count for b in expected)
    assert sum(b.count * b.confidence for b in found) == pytest.approx(
        sum(b.count * b.confidence for b in expected), abs=1e-6
    )


@FEW
@given(LOGITS, ASKED, st.booleans())
def test_only_what_was_asked_for_is_said(logits, asked, several):
    said = answers(logits, asked=asked, several=several).predicted_mask
    others = [c for c in range(CLASSES) if c not in asked]
    assert not said[:, others].any()
    assert several or (said.sum(axis=1) == 1).all()


@FEW
@given(LOGITS)
def test_each_of_several_classes_is_said_by_its_own_probability(logits):
    one = answers(logits, several=True)
    assert (one.predicted_mask == (one.probabilities >= DECISION_THRESHOLD)).all()


@FEW
@given(LOGITS, TRUTHS, st.booleans(), st.integers(0, ROWS - 1))
def test_a_row_that_is_not_scored_is_wrong_whatever_its_truth(logits, truth, several, row):
    one = answers(logits, truth=truth, several=several)
    one.probabilities[row] = np.nan
    found = overall_metrics(one)
    alone = overall_metrics(one.subset([row]))
    assert (found["unscored"], alone["accuracy"], alone["macro_f1"]) == (1, 0.0, 0.0)
    assert found["accuracy"] <= (ROWS - 1) / ROWS
    assert not one.predicted_mask[row].any()


@FEW
@given(LOGITS, TRUTHS, ASKED)
def test_pairs_are_all_texts_times_all_classes_that_were_asked_for(logits, truth, asked):
    bins = answers(logits, truth=truth, asked=asked, several=True).bins()
    assert sum(b.count for b in bins) == ROWS * len(asked)
    assert sum(b.count * b.right for b in bins) == pytest.approx(truth[:, asked].sum())


def test_a_class_that_may_be_said_is_said_even_where_it_has_no_probability():
    """All mass lies on a class that was not asked for."""
    one = answers(np.zeros((ROWS, CLASSES)), asked=[2])
    one.probabilities[:] = [1.0, 0.0, 0.0, 0.0]
    assert one.predicted_mask[:, 2].all()
    assert not one.allowed_probabilities.any()
