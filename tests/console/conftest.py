"""Fixtures of the tests of the console: a filled database, a console and a client."""

import shutil

import pytest

from indexer.engines.memory import MemoryIndex
from store.database import Database
from tests.console import sample_installation


@pytest.fixture(scope="session")
def filled_file(sqlite_template, tmp_path_factory):
    """Return a database file with a month of mentions, to copy."""
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("filled") / "record.db")
    record = Database(f"sqlite:///{path}")
    sample_installation.fill_database(record)
    record.close()
    return path


@pytest.fixture
def filled_record(filled_file, tmp_path):
    """Yield a copy of the database with a month of mentions."""
    record = Database(f"sqlite:///{shutil.copy(filled_file, tmp_path / 'filled.db')}")
    yield record
    record.close()


@pytest.fixture
def context(filled_record):
    """Return the context of the console."""
    return sample_installation.make_context(
        filled_record, sample_installation.fill_index(filled_record, MemoryIndex())
    )


@pytest.fixture
def client(context):
    """Return a client of the console."""
    return sample_installation.make_client(context)
