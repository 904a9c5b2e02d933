"""Months of the scoreboard: missed and false crises, and observations as in the product."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bench.scoreboard.months import Reader, crisis_events, score_month
from demo.corpus import Corpus, generate
from demo.corpus_model import Onset

NOW = datetime(2026, 11, 18, 13, 20, tzinfo=UTC)
ONSET = NOW - timedelta(hours=3)
CORPUS = Corpus(lines=(), watches=(), incidents=(Onset(watch="velorra", onset_s=-10800),))


def event(watch, onset):
    return SimpleNamespace(watch=watch, spike=SimpleNamespace(onset=onset))


@pytest.mark.parametrize(
    ("events", "missed", "false", "errors"),
    [
        ([], 1, 0, []),
        ([event("velorra", ONSET + timedelta(minutes=2))], 0, 0, [120]),
        ([event("velorra", ONSET - timedelta(hours=8))], 1, 1, []),
        ([event("velorra", ONSET), event("velorra", ONSET - timedelta(days=9))], 0, 1, [0]),
        ([event("velorra", ONSET), event("other", ONSET)], 0, 1, [0]),
    ],
)
def test_each_crisis_is_found_once_and_what_else_is_told_is_false(events, missed, false, errors):
    assert score_month(CORPUS, events, NOW) == {
        "missed": missed,
        "false": false,
        "onset_error_s": errors,
    }


@pytest.mark.slow
@pytest.mark.model
def test_a_month_has_its_crisis_and_no_other():
    corpus = generate(77, NOW)
    reader = Reader()
    heard = reader.observe(corpus, NOW)
    assert {u.negative for u in heard["velorra"]} >= {True, False}
    assert any("app" in u.topics for u in heard["velorra"])
    found = score_month(corpus, crisis_events(corpus, heard, NOW, reader.ids), NOW)
    assert (found["missed"], found["false"]) == (0, 0)
    assert abs(found["onset_error_s"][0]) <= 3600
