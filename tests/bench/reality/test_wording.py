"""Patterns of earlier sentences match the current sentences of the product."""

import pytest

from bench.reality.alerting.wording import find
from templates.i18n import catalogue

CURRENT_SENTENCES = [
    ("A normal day: 4 mentions of Acme, 72% negative", r"ordinary day.* 7\d%"),
    ("Nothing needs a response today.", "no change calls"),
    ("120 mentions by 90 people, 6.2× a normal day.", r"[2-9](\.\d)? times a usual day"),
    ("▲ 240% vs normal", r"▲ [1-9]\d\d% vs usual"),
    ("Holding steady: 0 people complained in the last 30 min", "nor fades: 0 negative voices"),
    ("Lasted 14 h 5 min, from Fri", r"It lasted (1[0-9]|[5-9]) hr"),
]


@pytest.mark.parametrize(("text", "pattern"), CURRENT_SENTENCES)
def test_pattern_of_earlier_words_matches(text, pattern):
    assert find(pattern, text)


def test_unchanged_sentence_matches():
    assert find("It is over", "It is over.")


def test_other_sentence_does_not_match():
    assert find("ordinary day", "Complaints about price jumped: 14 people") is None


@pytest.mark.parametrize(
    "words",
    ["A normal day", "× a normal day", "vs normal", "Nothing needs a response today",
     "Holding steady: ", "Lasted "],
)  # fmt: skip
def test_catalogue_has_the_current_sentence(words):
    """A change of the sentence needs a change of `wording`, or a wrong result becomes right."""
    assert words in str(catalogue("en"))
