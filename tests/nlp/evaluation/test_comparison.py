"""nlp.evaluation.comparison: two models on one file, and McNemar's exact test."""

from math import comb

import pytest

from nlp.evaluation.comparison import compare, comparison_lines, mcnemar_p_value
from nlp.evaluation.evaluate import evaluate
from nlp.model import Prediction
from tests.nlp.factories import WordModel


class NeutralModel(WordModel):
    """A model that finds every text neutral."""

    name = "neutral 00000000 cpu fp32"

    def predict(self, texts, languages=None):
        return [
            Prediction(probabilities=(0.1, 0.8, 0.1), vector=vector)
            for vector in self.encode(texts)
        ]


def reports(bad_count, plain_count):
    """Return reports of both models on texts that only one of them gets right."""
    rows = [{"text": "a bad day", "label": "negative", "language": "en"}] * bad_count
    rows += [{"text": "a bad joke", "label": "neutral", "language": "en"}] * plain_count
    return evaluate(rows, WordModel()), evaluate(rows, NeutralModel())


def two_sided_by_definition(first, second):
    """Return the probability of a split at least as unequal, by counting."""
    total, far = first + second, abs(first - second)
    ways = sum(comb(total, k) for k in range(total + 1) if abs(total - 2 * k) >= far)
    return ways / 2**total


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 0), (3, 9), (9, 3), (5, 5), (0, 12)])
def test_the_p_value_is_that_of_the_exact_test(first, second):
    assert mcnemar_p_value(first, second) == pytest.approx(two_sided_by_definition(first, second))


def test_the_better_model_is_named():
    comparison = compare(*reports(12, 2))
    assert (comparison.only_first_right, comparison.only_second_right) == (12, 2)
    assert (comparison.model, comparison.accuracy) == (NeutralModel.name, pytest.approx(2 / 14))
    assert comparison.macro_recall == 0.5
    assert comparison.better == WordModel.name
    assert compare(*reversed(reports(12, 2))).better == WordModel.name


def test_a_small_difference_is_not_reliable():
    first, second = reports(4, 2)
    comparison = compare(first, second)
    assert comparison.better is None
    assert comparison.p_value == pytest.approx(two_sided_by_definition(4, 2))
    lines = comparison_lines(first, comparison)
    assert "No reliable difference in accuracy" in lines[-1]
    assert "first: 4 rows, only with the second: 2 rows" in lines[-2]


def test_an_unscored_row_is_wrong_for_both():
    rows = [{"text": "ein Tag", "label": "neutral", "language": "de"}]
    comparison = compare(evaluate(rows, WordModel()), evaluate(rows, NeutralModel()))
    assert (comparison.only_first_right, comparison.only_second_right) == (0, 0)
    assert comparison.p_value == 1.0
