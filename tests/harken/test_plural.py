"""Numbers with their nouns."""

import pytest

from harken.plural import plural


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 watches"), (1, "1 watch"), (2, "2 watches"), (1200, "1,200 watches")],
)
def test_noun_agrees_with_its_number(count, expected):
    assert plural(count, "watch", "watches") == expected
