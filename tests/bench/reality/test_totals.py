"""Exit status: 0 all right, 1 some wrong, 2 unless every input has a result."""

import pytest

from bench.reality.results import CaseResult, report
from bench.reality.totals import Outcome, exit_status, summary


def outcome(*rights, area="crawl", inputs=None, kind="E"):
    results = [CaseResult(kind, str(n), right, "") for n, right in enumerate(rights)]
    return Outcome(area, len(rights) if inputs is None else inputs, report(results))


def nlp_outcome(**shares):
    """Return the outcome of the area nlp with (right, wrong) by kind."""
    results = [
        CaseResult(kind, f"{kind}{n}", n < right, "")
        for kind, (right, wrong) in shares.items()
        for n in range(right + wrong)
    ]
    return Outcome("nlp", len(results), report(results))


def test_right_and_skipped_results_are_0():
    assert exit_status([outcome(True, True), outcome(True, None)]) == 0


def test_one_wrong_result_is_1():
    assert exit_status([outcome(True), outcome(True, False, True)]) == 1


@pytest.mark.parametrize("inputs", [1, 3])
def test_too_few_or_too_many_results_are_2_even_if_some_are_wrong(inputs):
    assert exit_status([outcome(False), outcome(True, False, inputs=inputs)]) == 2


def test_an_unknown_number_of_inputs_is_2():
    assert exit_status([Outcome("alerts", None, {})]) == 2


def test_inputs_of_two_areas_are_not_summed():
    assert exit_status([outcome(True, inputs=2), outcome(True, True, inputs=1)]) == 2


def test_no_area_is_2():
    assert exit_status([]) == 2


def test_counts_sum_over_the_kinds():
    results = [CaseResult("A", "1", True, ""), CaseResult("B", "2", False, "")]
    results += [CaseResult("B", "3", None, ""), CaseResult("B", "4", True, "")]
    area = Outcome("faults", 4, report(results))
    assert (area.right, area.wrong, area.skipped) == (2, 1, 1)
    assert summary(area) == "faults: 2 right, 1 wrong, 1 skipped of 4"


def test_a_summary_without_a_number_of_inputs():
    assert summary(Outcome("nlp", None, {})).endswith("of an unknown number")


@pytest.mark.parametrize(
    ("shares", "status"),
    [
        ({"quote": (1, 1), "slang": (6, 1)}, 0),  # .50 of a kind, .78 of all
        ({"quote": (4, 5), "slang": (90, 1)}, 1),  # .44 of a kind
        ({"quote": (6, 4), "slang": (7, 3)}, 1),  # .65 of all
        ({"quote": (7, 3), "slang": (7, 3)}, 0),  # .70 of all
        ({}, 0),
    ],
)
def test_status_of_nlp_depends_on_its_shares(shares, status):
    assert exit_status([nlp_outcome(**shares)]) == status


def test_status_of_other_areas_does_not_depend_on_shares():
    assert exit_status([outcome(*[True] * 99, False, area="index")]) == 1


def test_skipped_rows_do_not_lower_a_share():
    assert exit_status([outcome(True, None, None, area="nlp")]) == 0
