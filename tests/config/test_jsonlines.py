"""config.jsonlines: columns in a line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.jsonlines import column_of, parse_json
from core.errors import ConfigError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.text(max_size=6), VALUES, max_size=5)


@given(OBJECTS, st.text(max_size=6), VALUES, st.sampled_from([None, 1]), st.booleans())
def test_column_is_where_the_value_of_a_key_begins(before, key, value, indent, is_ascii):
    """The key may also occur inside a text or a nested object before it."""
    whole = {**before, key: value}
    text = json.dumps(whole, ensure_ascii=is_ascii, indent=indent)
    value_at_column, _ = json.JSONDecoder().raw_decode(text, column_of(text, key) - 1)
    assert value_at_column == value


@given(OBJECTS)
def test_column_of_a_missing_key_is_1(row):
    assert column_of(json.dumps(row), "no such key") == 1


def test_last_of_two_equal_keys_counts():
    text = '{"label": "a", "label": "b"}'
    assert text[column_of(text, "label") - 1 :] == '"b"}'


def test_error_has_file_line_and_column(tmp_path):
    with pytest.raises(ConfigError, match=r"rows.jsonl:7:6: invalid JSON: Expecting value\."):
        parse_json('{"a":}', tmp_path / "rows.jsonl", first_line=7)
