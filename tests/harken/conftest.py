"""What the tests of harken/ share: a furnished record of one's own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.record import Record
from tests.harken import month


@pytest.fixture(scope="session")
def month_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with a month and a crisis in it, to copy."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("month") / "record.db"))
    record = Record(f"sqlite:///{path}")
    month.furnish(record)
    record.close()
    return path


@pytest.fixture
def month_url(month_file: Path, tmp_path: Path) -> str:
    """The URL of a copy."""
    return f"sqlite:///{shutil.copy(month_file, tmp_path / 'month.db')}"


@pytest.fixture
def month_record(month_url: str) -> Iterator[Record]:
    """An open copy."""
    record = Record(month_url)
    yield record
    record.close()
