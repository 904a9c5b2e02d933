"""Shared options become an invocation."""

import inspect
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ConfigError
from core.timestamps import format_utc
from harken.commands import options
from harken.commands.options import PROCESS, VALID_YEARS, make_invocation, shared_options

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
NEW_YEAR = NOW.replace(month=1, day=1, tzinfo=None)
TIMES = st.datetimes(
    NEW_YEAR.replace(year=VALID_YEARS[0] + 1),
    NEW_YEAR.replace(year=VALID_YEARS[-1]),
    timezones=st.timezones(),
)


def called(tmp_path=Path("nowhere"), **said):
    return make_invocation(tmp_path / "harken.yaml", said.pop("state", None), json=False, **said)


@settings(max_examples=30)
@given(TIMES)
def test_a_time_starts_the_clock_in_whatever_zone_it_is_written(at):
    """The clock runs on from there: time never goes back."""
    clock = called(now=at.isoformat()).clock
    first, second = clock.now(), clock.now()
    assert timedelta(0) <= first - at < timedelta(seconds=30)
    assert second >= first
    assert first.tzinfo is UTC


@given(st.text(max_size=25) | st.datetimes().map(datetime.isoformat))
def test_any_other_text_is_refused_with_one_that_would_be_right(text):
    try:
        clock = called(now=text or "soon").clock
    except ConfigError as error:
        told = str(error)
    else:
        told = ""
        assert clock.now().year in VALID_YEARS
    assert told == "" or (repr(text or "soon") in told and "2026-11-22T06:00:00Z" in told)


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z"]
)
def test_a_time_at_the_end_of_all_calendars_is_refused(text):
    """The clock would overflow."""
    with pytest.raises(ConfigError, match="in the years 1970 to 2199"):
        called(now=text)


def test_without_a_time_the_clock_is_ahead_by_its_offset():
    ahead = called(offset=3600.0).clock.now() - called().clock.now()
    assert abs(ahead - timedelta(hours=1)) < timedelta(seconds=30)
    assert format_utc(called().clock.now())[:4] >= "2026"


def test_the_state_folder_of_the_call_goes_before_that_of_the_file(tmp_path):
    (tmp_path / "harken.yaml").write_text("state: from-file\n")
    assert called(tmp_path).settings().state == tmp_path / "from-file"
    assert called(tmp_path, state=Path("/srv/other")).settings().state == Path("/srv/other")


def test_settings_are_read_when_they_are_asked_for(tmp_path):
    asked = called(tmp_path)
    with pytest.raises(ConfigError, match="file not found"):
        asked.settings()
    (tmp_path / "harken.yaml").write_text("zone: Europe/Berlin\n")
    assert asked.settings().zone == "Europe/Berlin"


# ---- the decorator


@pytest.fixture
def started(monkeypatch):
    """The levels of the log, and whether the process was tied to its parent, of each call."""
    calls = []
    monkeypatch.setattr("harken.logs.configure_logging", calls.append)
    monkeypatch.setattr("harken.runtime.child.die_with_parent", lambda: calls.append("tied"))
    return calls


def command(names=PROCESS, **more):
    """Return a decorated command, and the list of what it was called with."""
    calls = []

    @shared_options(names, **more)
    def verb(invocation: options.Invocation, size: int = 20) -> None:
        """Do something."""
        calls.append((invocation, size))

    return verb, calls


def test_a_command_gets_its_shared_options_as_one_value(started):
    verb, calls = command()
    verb(size=3, config=Path("a.yaml"), as_json=True, offset=3600.0)
    ((invocation, size),) = calls
    assert (invocation.config, invocation.state, size) == (Path("a.yaml"), None, 3)
    assert (invocation.json, invocation.is_child) == (True, False)
    assert invocation.clock.offset == timedelta(hours=1)


def test_a_command_has_only_the_options_that_it_names(started):
    verb, calls = command(["as_json"])
    assert list(inspect.signature(verb).parameters) == ["size", "as_json"]
    assert (verb.__name__, verb.__doc__) == ("verb", "Do something.")
    verb()
    assert calls[0][0].config == options.CONFIG
    with pytest.raises(TypeError, match="child"):
        verb(child=True)


def test_a_child_is_tied_to_its_parent_before_all_else(started):
    command()[0](child=True, as_json=True)
    assert started == ["tied", "INFO"]


@pytest.mark.parametrize(
    ("values", "has_log", "is_terminal", "level"),
    [
        ({}, False, False, "INFO"),
        ({"as_json": True}, False, False, "WARNING"),
        ({}, False, True, "WARNING"),
        ({}, True, True, "INFO"),
        ({"as_json": True}, True, False, "INFO"),
        ({"child": True}, False, True, "INFO"),
    ],
)
def test_the_log_is_shown_where_nothing_else_is(
    started, monkeypatch, values, has_log, is_terminal, level
):
    monkeypatch.setattr("harken.logs.is_terminal", lambda: is_terminal)
    command(has_log=has_log)[0](**values)
    assert started[-1] == level
