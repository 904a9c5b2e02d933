"""A furnished console and a client that asks it."""

import pytest

from tests.console import stage


@pytest.fixture
def furnished(sqlite_record):
    """A record with a month in it."""
    stage.furnish(sqlite_record)
    return sqlite_record


@pytest.fixture
def desk(furnished):
    """What the console reads from."""
    return stage.desk(furnished)


@pytest.fixture
def client(desk):
    """A browser."""
    return stage.browser(desk)
