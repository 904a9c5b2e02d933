"""Files of the corpora of the demo."""

import json

import pytest

from core.errors import ConfigError
from demo import foreign_corpus
from demo.corpus_files import read, write

KEYS = {"site", "kind", "author", "text", "language", "parent", "offset_s", "is_bot"}


def test_corpus_round_trips(make_corpus, tmp_path):
    write(make_corpus(), tmp_path)
    assert read(tmp_path) == make_corpus()


def test_corpus_is_a_valid_foreign_corpus(make_corpus, tmp_path):
    write(make_corpus(), tmp_path)
    assert foreign_corpus.read(tmp_path) == make_corpus()


def test_lines_have_the_keys_of_the_format(make_corpus, tmp_path):
    write(make_corpus(), tmp_path)
    rows = (tmp_path / "mentions.jsonl").read_text("utf-8").splitlines()
    assert all(json.loads(row).keys() == KEYS for row in rows)


@pytest.mark.parametrize("name", ["mentions.jsonl", "watches.json", "truth.json"])
def test_folder_without_one_of_the_files_is_refused(make_corpus, tmp_path, name):
    write(make_corpus(), tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ConfigError, match="is not a demo corpus"):
        read(tmp_path)
