"""bench.drift: the streams have the planted mean, and a large shift is found."""

import numpy as np
import pytest

from bench.drift import WARM_DAYS, alarms, delays, stream


def test_stream_has_the_planted_shift():
    posts = stream(1, 20, 2000, 0.0, 10.0)
    before, after = (
        sum(day.total for day in posts.sums(*ends)) / (ends[1] - ends[0])
        for ends in ((0, int(posts.firsts[10])), (int(posts.firsts[10]), len(posts.days)))
    )
    assert after - before == pytest.approx(0.1, abs=0.02)
    assert sum(day.count for day in posts.sums(0, len(posts.days))) == len(posts.days)


def test_delay_counts_posts_from_the_shift():
    (delay,) = delays(100, 0.0, 1)
    assert 0 < delay < 2000


def test_calm_month_has_no_alarm():
    assert list(alarms(stream(3, WARM_DAYS + 30, 50, 0.0, np.inf), 50)) == []
