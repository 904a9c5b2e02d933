"""The demo's own corpora, written and read again."""

import json

import pytest

from core.errors import ConfigError
from demo import foreign_corpus
from demo.corpus_files import read, write

KEYS = {"site", "kind", "author", "text", "language", "parent", "offset_s"}


def test_our_own_corpus_comes_back_whole(make, tmp_path):
    write(make(), tmp_path)
    assert read(tmp_path) == make()


def test_our_own_corpus_is_as_good_as_a_strangers(make, tmp_path):
    write(make(), tmp_path)
    assert foreign_corpus.read(tmp_path) == make()


def test_the_lines_have_the_keys_of_the_format(make, tmp_path):
    write(make(), tmp_path)
    rows = (tmp_path / "mentions.jsonl").read_text("utf-8").splitlines()
    assert all(json.loads(row).keys() == KEYS for row in rows)


@pytest.mark.parametrize("missing", ["mentions.jsonl", "watches.json", "truth.json"])
def test_a_folder_that_lacks_a_file_is_no_corpus(make, tmp_path, missing):
    write(make(), tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(ConfigError, match="is not a demo corpus"):
        read(tmp_path)
