"""Foreign JSON: valid rows are parsed, and invalid rows do not end the page."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from core.errors import PermanentError
from crawlers.json_rows import JsonRows, parse_json_rows


class Row(BaseModel):
    """A row with a number and an optional text."""

    id: int
    text: str = ""


GOOD = st.builds(lambda n, text: {"id": n, "text": text}, st.integers(0, 99), st.text(max_size=9))
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
BAD = JSON.filter(lambda value: not (isinstance(value, dict) and "id" in value))


def body(rows) -> str:
    return json.dumps(rows)


@settings(max_examples=40)
@given(st.lists(st.one_of(GOOD, BAD), max_size=12), GOOD)
def test_valid_rows_are_parsed_in_order_among_invalid_ones(rows, last_row):
    rows = [*rows, last_row]
    good = [row for row in rows if isinstance(row, dict) and "id" in row]
    parsed_rows = parse_json_rows(body(rows), Row, "a list")
    assert [row.id for row in parsed_rows.rows] == [row["id"] for row in good]
    assert parsed_rows.count == len(rows)
    bad_count = len(rows) - len(good)
    assert parsed_rows.drops == ({"unreadable": bad_count} if bad_count else {})


@settings(max_examples=40)
@given(st.lists(BAD, min_size=1, max_size=6))
def test_page_without_valid_rows_is_rejected(rows):
    """It is another format, not an empty list: the error must be reported."""
    with pytest.raises(PermanentError, match=f"none of its {len(rows)} rows"):
        parse_json_rows(body(rows), Row, "a list")


def test_empty_list_is_valid():
    assert parse_json_rows("[]", Row, "a list") == JsonRows(())


def test_object_with_numbers_as_keys_is_an_array():
    """PHP sends one after a plugin removed rows without numbering them anew."""
    page = parse_json_rows('{"0": {"id": 4}, "2": {"id": 9}, "3": null}', Row, "a list")
    assert ([row.id for row in page.rows], page.unreadable) == ([4, 9], 1)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "the response is empty"),
        ("<html>", "a web page"),
        ("<!DOCTYPE html><title>Log in</title>", "a web page"),
        ("[" * 100_000, "invalid JSON"),
        ('{"text": "gone"}', "JSON dict, expected an array"),
        ("null", "JSON NoneType"),
        ("3", "JSON int"),
    ],
)
def test_other_json_is_rejected_without_quoting_it(body, reason):
    with pytest.raises(PermanentError, match=reason) as error:
        parse_json_rows(body, Row, "a list of posts")
    assert str(error.value).startswith("not a list of posts: ")
    assert "gone" not in str(error.value)


@pytest.mark.parametrize(
    "body",
    [
        '{"error": "Log in first"}',
        '{"code": "rest_x", "message": "<b>Log in</b>\\nfirst", "data": {"status": 401}}',
    ],
)
def test_message_of_the_server_is_quoted(body):
    with pytest.raises(PermanentError, match='not a list: the server says "Log in first"'):
        parse_json_rows(body, Row, "a list")


def test_row_with_lone_surrogate_is_parsed():
    """JSON escapes can contain a lone surrogate, which has no UTF-8."""
    (row,) = parse_json_rows('[{"id": 1, "text": "a\\ud83d b"}]', Row, "a list").rows
    assert row.text == "a\ufffd b"
