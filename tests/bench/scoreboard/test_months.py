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
    ("events", "missed_count", "false_count", "errors"),
    [
        ([], 1, 0, []),
        ([event("velorra", ONSET + timedelta(minutes=2))], 0, 0, [120]),
        ([event("velorra", ONSET - timedelta(hours=8))], 1, 1, []),
        ([event("velorra", ONSET), event("velorra", ONSET - timedelta(days=9))], 0, 1, [0]),
        ([event("velorra", ONSET), event("other", ONSET)], 0, 1, [0]),
    ],
)
def test_other_crises_are_false_alarms(events, missed_count, false_count, errors):
    assert score_month(CORPUS, events, NOW) == {
        "missed": missed_count,
        "false": false_count,
        "onset_error_s": errors,
    }


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.timeout(1200)  # 4,000 texts: 160 CPU seconds without bfloat16
def test_generated_month_has_exactly_its_crisis():
    corpus = generate(77, NOW)
    reader = Reader()
    observations = reader.observe(corpus, NOW)
    assert {u.negative for u in observations["velorra"]} >= {True, False}
    assert any("app" in u.topics for u in observations["velorra"])
    score = score_month(corpus, crisis_events(corpus, observations, NOW, reader.ids), NOW)
    assert (score["missed"], score["false"]) == (0, 0)
    assert abs(score["onset_error_s"][0]) <= 3600
