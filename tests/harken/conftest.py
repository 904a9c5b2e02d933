"""Fixtures of the tests of harken/: a filled database for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from harken.pipeline.detect import detect_all
from store.database import Database
from tests.harken import small_installation

CONFIG = """\
state: {state}
zone: Europe/Berlin
model: {{name: words}}
watches:
  - {{slug: veloria, name: Veloria, query: veloria}}
topics:
  - {{id: battery, name: Battery, sentences: [battery]}}
sources:
  - {{slug: blog, kind: feed, options: {{url: 'http://127.0.0.1:9/feed'}}}}
people:
  - {{slug: lead, name: Lead, email: lead@veloria.example}}
subscriptions:
  - {{slug: briefs, person: lead, kind: brief}}
  - {{slug: morning, person: lead, kind: digest}}
"""
LABELLED = '{"text": "The bike is good and lovely", "label": "positive"}\n' * 3


@pytest.fixture(scope="session")
def month_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file with a month of mentions and a crisis, to copy."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("month") / "record.db"))
    record = Database(f"sqlite:///{path}")
    small_installation.fill_database(record)
    record.close()
    return path


@pytest.fixture
def month_url(month_file: Path, tmp_path: Path) -> str:
    """Return the URL of a copy."""
    return f"sqlite:///{shutil.copy(month_file, tmp_path / 'month.db')}"


@pytest.fixture
def month_record(month_url: str) -> Iterator[Database]:
    """Yield an open database with a month of mentions and a crisis."""
    record = Database(month_url)
    yield record
    record.close()


@pytest.fixture(scope="session")
def detected_file(month_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database file after the first detect step, to copy."""
    path = Path(shutil.copy(month_file, tmp_path_factory.mktemp("detected") / "record.db"))
    record = Database(f"sqlite:///{path}")
    detect_all(record, small_installation.notifier(), now=small_installation.NOW)
    record.close()
    return path


@pytest.fixture
def record_after_detect(detected_file: Path, tmp_path: Path) -> Iterator[Database]:
    """Yield an open database with a month of mentions, after the first detect step."""
    record = Database(f"sqlite:///{shutil.copy(detected_file, tmp_path / 'detected.db')}")
    yield record
    record.close()


@pytest.fixture(scope="session")
def home(month_file, tmp_path_factory):
    """Return the folder of a small installation with a month of mentions."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "state").mkdir()
    shutil.copy(month_file, folder / "state" / "record.db")
    (folder / "harken.yaml").write_text(CONFIG.format(state=folder / "state"))
    (folder / "labelled.jsonl").write_text(LABELLED)
    return folder
