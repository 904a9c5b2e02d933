"""harken.labelled_rows: files of labelled rows, whole or broken."""

import gzip

import pytest

from core.errors import ConfigError
from harken.labelled_rows import read_labelled_rows

ROWS = '{"text": "one", "label": "positive"}\n\n  \n{"label": "negative", "text": "zwei"}\n'


@pytest.fixture(params=["rows.jsonl", "rows.jsonl.gz"])
def file(request, tmp_path):
    """Rows in a plain and a compressed file."""
    path = tmp_path / request.param
    packed = gzip.compress(ROWS.encode()) if path.suffix == ".gz" else ROWS.encode()
    path.write_bytes(packed)
    return path


def test_rows_know_their_lines_and_empty_lines_are_none(file):
    rows = read_labelled_rows(file)
    assert [(one.line, one.row["text"]) for one in rows] == [(1, "one"), (4, "zwei")]


def test_a_value_has_a_place(file):
    last = read_labelled_rows(file)[-1]
    assert last.location("label") == f"{file}:4:11"
    assert last.location("target") == f"{file}:4:1"


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9])
def test_a_file_that_ends_too_early_is_told(tmp_path, kept):
    packed = gzip.compress((ROWS * 500).encode())
    path = tmp_path / "short.gz"
    path.write_bytes(packed[: int(len(packed) * kept)])
    with pytest.raises(ConfigError, match=r"short.gz: cannot be read \(EOFError\)"):
        read_labelled_rows(path)


def test_a_damaged_file_is_told_wherever_the_damage_is(tmp_path):
    """zlib and the gzip checksum raise different errors, and some damage is invalid UTF-8."""
    packed, path = gzip.compress((ROWS * 50).encode()), tmp_path / "damaged.gz"
    for at in range(10, len(packed) - 4):
        path.write_bytes(packed[:at] + bytes([packed[at] ^ 0xFF]) + packed[at + 1 :])
        with pytest.raises(ConfigError, match=r"damaged.gz"):
            read_labelled_rows(path)


@pytest.mark.parametrize("line", ['["text"]', '{"label": "positive"}', '{"text": 7}', "null"])
def test_a_line_that_is_no_labelled_text_is_told_with_its_place(tmp_path, line):
    path = tmp_path / "rows.jsonl"
    path.write_text(ROWS + line + "\n")
    with pytest.raises(ConfigError, match=r'rows.jsonl:5:1: should be an object with "text"'):
        read_labelled_rows(path)


def test_what_is_missing_at_the_end_of_a_line_is_told_of_that_line(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(ROWS + '{"text": \n' + ROWS)
    with pytest.raises(ConfigError, match=r"rows.jsonl:5:10: invalid JSON: Expecting value"):
        read_labelled_rows(path)


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_labelled_rows(tmp_path)
