"""Fixtures of the tests of the demo: corpora, generated once."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest

from demo.corpus import generate
from demo.site.app import Site
from demo.timeline import Timeline

START = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)  # a Sunday
BASE = "http://127.0.0.1:8999"


@lru_cache
def generate_once(seed=1, now=START, **options):
    return generate(seed, now, **options)


@pytest.fixture
def make_corpus():
    return generate_once


FEW = 3  # seeds for the quick tests; the others are slow
SEEDS = [pytest.param(n, marks=() if n < FEW else pytest.mark.slow) for n in range(20)]


@pytest.fixture(params=SEEDS)
def any_corpus(request):
    """Return twenty corpora at as many hours, on all weekdays and across both clock changes."""
    day = datetime(2026, 3 + 7 * (request.param % 2), 26, tzinfo=UTC)
    now = day + timedelta(days=request.param % 7, hours=request.param * 5 % 24, minutes=17)
    return generate_once(request.param, now, live=request.param % 2 == 0)


@pytest.fixture
def start():
    return START


@pytest.fixture
def base():
    return BASE


@pytest.fixture
def replay():
    return Timeline(generate_once(live=True), START, BASE)


@pytest.fixture
def site(replay):
    return Site(replay)
