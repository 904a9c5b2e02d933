"""Twenty seeded kills give the result of a run without kills. `make faults` does two hundred."""

import pytest

from bench.faults import run_kills

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def test_twenty_kills_lose_and_duplicate_nothing():
    figures = run_kills(kills=20, per_run=20, seed=7)
    assert figures["kills"] == 20
    assert [row for row in figures["rows"] if not row["ok"]] == []
    assert figures["lost"] == 0
    assert figures["doubled"] == 0
