"""What lies beside the repository is found through SHARED alone."""

import gzip

import pytest

from bench.shared import rows, shared_path
from core.errors import ConfigError


@pytest.fixture
def beside(tmp_path, monkeypatch):
    monkeypatch.setenv("SHARED", str(tmp_path))
    return tmp_path


def test_a_file_is_found_whatever_folder_we_stand_in(beside, monkeypatch):
    (beside / "data").mkdir()
    monkeypatch.setenv("SHARED", ".")
    monkeypatch.chdir(beside)
    assert shared_path("data") == beside / "data"


def test_what_is_missing_is_named(beside):
    with pytest.raises(ConfigError, match="SHARED has no data/posts"):
        shared_path("data/posts.jsonl.gz")


def test_rows_are_the_lines_in_their_order(beside):
    with gzip.open(beside / "posts.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write('{"text": "größer"}\n{"text": "b"}\n')
    assert rows("posts.jsonl.gz") == [{"text": "größer"}, {"text": "b"}]
