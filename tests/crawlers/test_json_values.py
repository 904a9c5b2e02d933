"""Fields of foreign JSON: each value is of its type or is missing."""

from datetime import UTC, datetime
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from core.timestamps import DateProblem
from crawlers.formats.json_values import (
    NO_TIME,
    OBJECTS,
    Count,
    Flag,
    Text,
    Time,
    count_of_value,
    flag_of_value,
    objects_of_value,
    text_of_value,
    time_of_value,
)


class Row(BaseModel):
    """One field of each type."""

    text: Text = ""
    count: Count = None
    time: Time = NO_TIME
    flag: Flag = False
    rows: Annotated[list["Row"], OBJECTS] = []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(Row.model_fields)), JSON))
def test_every_value_is_accepted(row):
    Row.model_validate(row)


@pytest.mark.parametrize(
    ("value", "text"),
    [(" a ", "a"), (7, "7"), (7.0, "7"), (None, ""), (False, ""), (True, ""), ([], ""), ({}, "")],
)
def test_text_is_a_text_or_a_number(value, text):
    assert text_of_value(value) == text


@pytest.mark.parametrize(
    ("value", "count"),
    [(3, 3), ("3", 3), (3.0, 3), (-1, None), (None, None), ("many", None), ("9" * 5_000, None)],
)
def test_count_is_a_whole_number_of_at_least_0(value, count):
    assert count_of_value(value) == count


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-21T10:03:00Z",
        "2026-11-21T12:03:00+02:00",
        " 2026-11-21 10:03:00",
        "Sat, 21 Nov 2026 10:03:00 +0000",
        1795255380,
        1795255380.0,
        1795255380000,
    ],
)
def test_time_without_a_zone_is_utc(value):
    assert time_of_value(value).at == datetime(2026, 11, 21, 10, 3, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "", False, [], {}])
def test_value_that_is_no_date_states_none(value):
    assert time_of_value(value) == NO_TIME


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("0000-00-00T00:00:00", DateProblem.UNREADABLE),
        ("soon", DateProblem.UNREADABLE),
        ("3 hours ago", DateProblem.UNREADABLE),
        ("Sat, 21 Nov 2026 10:03:00 IST", DateProblem.UNREADABLE),
        (1e300, DateProblem.UNREADABLE),
        ("9" * 5_000, DateProblem.UNREADABLE),
        ("0001-01-01T00:00:00Z", DateProblem.IMPLAUSIBLE),
    ],
)
def test_time_that_cannot_be_read_has_a_problem(value, problem):
    reading = time_of_value(value)
    assert (reading.at, reading.problem) == (None, problem)


def test_flag_is_true_for_what_servers_send_as_true():
    assert [flag_of_value(v) for v in (True, 1, "1", "true")] == [True] * 4
    assert [flag_of_value(v) for v in (False, 0, "", "false", None, [])] == [False] * 6


def test_objects_are_those_of_an_array_or_of_numbered_keys():
    assert objects_of_value([{"a": 1}, None, 3]) == [{"a": 1}]
    assert objects_of_value({"0": {"a": 1}, "4": {"a": 2}}) == [{"a": 1}, {"a": 2}]
    assert objects_of_value({"a": {}}) == objects_of_value(None) == []
