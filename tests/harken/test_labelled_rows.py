"""Files of labelled rows, valid and damaged."""

import gzip

import pytest

from core.errors import ConfigError
from harken.labelled_rows import read_labelled_rows

ROWS = '{"text": "one", "label": "positive"}\n\n  \n{"label": "negative", "text": "zwei"}\n'


@pytest.fixture(params=["rows.jsonl", "rows.jsonl.gz"])
def file(request, tmp_path):
    """Return a plain and a compressed file of rows."""
    path = tmp_path / request.param
    content = gzip.compress(ROWS.encode()) if path.suffix == ".gz" else ROWS.encode()
    path.write_bytes(content)
    return path


def test_rows_have_line_numbers_and_empty_lines_are_skipped(file):
    rows = read_labelled_rows(file)
    assert [(one.line, one.row["text"]) for one in rows] == [(1, "one"), (4, "zwei")]


def test_value_has_a_location(file):
    last = read_labelled_rows(file)[-1]
    assert last.location("label") == f"{file}:4:11"
    assert last.location("target") == f"{file}:4:1"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_file_is_an_error(tmp_path, share):
    content = gzip.compress((ROWS * 500).encode())
    path = tmp_path / "short.gz"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ConfigError, match=r"short.gz: cannot be read \(EOFError\)"):
        read_labelled_rows(path)


def test_damage_at_any_byte_is_an_error(tmp_path):
    """zlib and the gzip checksum raise different errors, and some damage is invalid UTF-8."""
    content, path = gzip.compress((ROWS * 50).encode()), tmp_path / "damaged.gz"
    for at in range(10, len(content) - 4):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        with pytest.raises(ConfigError, match=r"damaged.gz"):
            read_labelled_rows(path)


@pytest.mark.parametrize("line", ['["text"]', '{"label": "positive"}', '{"text": 7}', "null"])
def test_line_without_a_text_is_an_error_with_its_place(tmp_path, line):
    path = tmp_path / "rows.jsonl"
    path.write_text(ROWS + line + "\n")
    with pytest.raises(ConfigError, match=r'rows.jsonl:5:1: should be an object with "text"'):
        read_labelled_rows(path)


def test_incomplete_line_is_an_error_with_its_place(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(ROWS + '{"text": \n' + ROWS)
    with pytest.raises(ConfigError, match=r"rows.jsonl:5:10: invalid JSON: Expecting value"):
        read_labelled_rows(path)


def test_folder_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_labelled_rows(tmp_path)
