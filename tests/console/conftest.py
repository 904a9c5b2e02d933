"""A furnished console and a client that asks it."""

import shutil

import pytest

from indexer.engines.memory import MemoryIndex
from store.database import Database
from tests.console import sample_installation


@pytest.fixture(scope="session")
def furnished_file(sqlite_template, tmp_path_factory):
    """A record with a month in it, to copy."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("furnished") / "record.db")
    record = Database(f"sqlite:///{path}")
    sample_installation.furnish(record)
    record.close()
    return path


@pytest.fixture
def furnished(furnished_file, tmp_path):
    """A record of one's own with a month in it."""
    record = Database(f"sqlite:///{shutil.copy(furnished_file, tmp_path / 'furnished.db')}")
    yield record
    record.close()


@pytest.fixture
def desk(furnished):
    """What the console reads from."""
    return sample_installation.desk(furnished, sample_installation.follow(furnished, MemoryIndex()))


@pytest.fixture
def client(desk):
    """A browser."""
    return sample_installation.browser(desk)
