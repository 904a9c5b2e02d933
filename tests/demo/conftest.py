"""Corpora are made once for all tests of the demo."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest

from demo.corpus import generate
from demo.site.app import Site
from demo.timeline import Timeline

STARTED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)  # a Sunday
BASE = "http://127.0.0.1:8999"


@lru_cache
def made(seed=1, now=STARTED, **wishes):
    return generate(seed, now, **wishes)


@pytest.fixture
def make():
    return made


FEW = 3  # seeds for the quick tests; the others are slow
SEEDS = [pytest.param(n, marks=() if n < FEW else pytest.mark.slow) for n in range(20)]


@pytest.fixture(params=SEEDS)
def any_corpus(request):
    """Twenty seeds at as many hours, on all weekdays and across both changes of the clock."""
    day = datetime(2026, 3 + 7 * (request.param % 2), 26, tzinfo=UTC)
    now = day + timedelta(days=request.param % 7, hours=request.param * 5 % 24, minutes=17)
    return made(request.param, now, live=request.param % 2 == 0)


@pytest.fixture
def started():
    return STARTED


@pytest.fixture
def base():
    return BASE


@pytest.fixture
def replay():
    return Timeline(made(live=True), STARTED, BASE)


@pytest.fixture
def site(replay):
    return Site(replay)
