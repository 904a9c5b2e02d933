"""A console over a filled database, and a client of it."""

import shutil

import pytest

from indexer.engines.memory import MemoryIndex
from store.database import Database
from tests.console import sample_installation


@pytest.fixture(scope="session")
def furnished_file(sqlite_template, tmp_path_factory):
    """Return a database with a month of mentions, to copy."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("furnished") / "record.db")
    record = Database(f"sqlite:///{path}")
    sample_installation.furnish(record)
    record.close()
    return path


@pytest.fixture
def furnished(furnished_file, tmp_path):
    """Yield a copy of the database with a month of mentions."""
    record = Database(f"sqlite:///{shutil.copy(furnished_file, tmp_path / 'furnished.db')}")
    yield record
    record.close()


@pytest.fixture
def desk(furnished):
    """Return the context of the console."""
    return sample_installation.desk(furnished, sample_installation.follow(furnished, MemoryIndex()))


@pytest.fixture
def client(desk):
    """Return a client of the console."""
    return sample_installation.browser(desk)
