"""A sentence that the product words anew is judged as before."""

import pytest

from bench.reality.alerting.wording import find
from templates.i18n import catalogue

NOW = [
    ("A normal day: 4 mentions of Acme, 72% negative", r"ordinary day.* 7\d%"),
    ("Nothing needs a response today.", "no change calls"),
    ("120 mentions by 90 people, 6.2× a normal day.", r"[2-9](\.\d)? times a usual day"),
    ("▲ 240% vs normal", r"▲ [1-9]\d\d% vs usual"),
    ("Holding steady: 0 people complained in the last 30 min", "nor fades: 0 negative voices"),
    ("Lasted 14 h 5 min, from Fri", r"It lasted (1[0-9]|[5-9]) hr"),
]


@pytest.mark.parametrize(("text", "pattern"), NOW)
def test_a_pattern_of_the_earlier_words_matches(text, pattern):
    assert find(pattern, text)


def test_a_sentence_that_stands_as_it_is_matches():
    assert find("It is over", "It is over.")


def test_what_says_something_else_does_not_match():
    assert find("ordinary day", "Complaints about price jumped: 14 people") is None


@pytest.mark.parametrize(
    "words",
    ["A normal day", "× a normal day", "vs normal", "Nothing needs a response today",
     "Holding steady: ", "Lasted "],
)  # fmt: skip
def test_the_catalogue_still_has_the_sentence(words):
    """Whoever words it anew must tell this module, or an input turns right by that."""
    assert words in str(catalogue("en"))
