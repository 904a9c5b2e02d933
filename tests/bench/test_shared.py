"""Data beside the repository is located by SHARED only."""

import gzip

import pytest

from bench.shared import rows, shared_path
from core.errors import ConfigError


@pytest.fixture
def shared_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SHARED", str(tmp_path))
    return tmp_path


def test_relative_folder_is_resolved(shared_folder, monkeypatch):
    (shared_folder / "data").mkdir()
    monkeypatch.setenv("SHARED", ".")
    monkeypatch.chdir(shared_folder)
    assert shared_path("data") == shared_folder / "data"


def test_missing_file_is_named_in_the_error(shared_folder):
    with pytest.raises(ConfigError, match="SHARED has no data/posts"):
        shared_path("data/posts.jsonl.gz")


def test_rows_are_the_lines_in_order(shared_folder):
    with gzip.open(shared_folder / "posts.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write('{"text": "größer"}\n{"text": "b"}\n')
    assert rows("posts.jsonl.gz") == [{"text": "größer"}, {"text": "b"}]
