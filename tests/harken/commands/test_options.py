"""Shared options of commands, as one Invocation."""

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


def invocation_of(tmp_path=Path("nowhere"), **options):
    return make_invocation(
        tmp_path / "harken.yaml", options.pop("state", None), json=False, **options
    )


@settings(max_examples=30)
@given(TIMES)
def test_now_sets_the_clock_in_any_time_zone(at):
    """The clock advances from there and never goes back."""
    clock = invocation_of(now=at.isoformat()).clock
    first, second = clock.now(), clock.now()
    assert timedelta(0) <= first - at < timedelta(seconds=30)
    assert second >= first
    assert first.tzinfo is UTC


@given(st.text(max_size=25) | st.datetimes().map(datetime.isoformat))
def test_invalid_now_is_an_error_with_a_valid_example(text):
    try:
        clock = invocation_of(now=text or "soon").clock
    except ConfigError as error:
        message = str(error)
    else:
        message = ""
        assert clock.now().year in VALID_YEARS
    assert message == "" or (repr(text or "soon") in message and "2026-11-22T06:00:00Z" in message)


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "1969-12-31T23:59:59Z"]
)
def test_now_out_of_range_is_an_error(text):
    """The clock would overflow."""
    with pytest.raises(ConfigError, match="in the years 1970 to 2199"):
        invocation_of(now=text)


def test_offset_sets_the_clock_ahead():
    ahead = invocation_of(offset=3600.0).clock.now() - invocation_of().clock.now()
    assert abs(ahead - timedelta(hours=1)) < timedelta(seconds=30)
    assert format_utc(invocation_of().clock.now())[:4] >= "2026"


def test_state_option_overrides_the_file(tmp_path):
    (tmp_path / "harken.yaml").write_text("state: from-file\n")
    assert invocation_of(tmp_path).settings().state == tmp_path / "from-file"
    assert invocation_of(tmp_path, state=Path("/srv/other")).settings().state == Path("/srv/other")


def test_settings_are_loaded_on_demand(tmp_path):
    invocation = invocation_of(tmp_path)
    with pytest.raises(ConfigError, match="file not found"):
        invocation.settings()
    (tmp_path / "harken.yaml").write_text("zone: Europe/Berlin\n")
    assert invocation.settings().zone == "Europe/Berlin"


# ---- the decorator


@pytest.fixture
def startup_calls(monkeypatch):
    """Return a list that gets the log level of each call, and "tied" before it for a child."""
    calls = []
    monkeypatch.setattr("harken.logs.configure_logging", calls.append)
    monkeypatch.setattr("harken.runtime.child.die_with_parent", lambda: calls.append("tied"))
    return calls


def command(names=PROCESS, **more):
    """Return a decorated command, and the list that gets its arguments at each call."""
    calls = []

    @shared_options(names, **more)
    def verb(invocation: options.Invocation, size: int = 20) -> None:
        """Do something."""
        calls.append((invocation, size))

    return verb, calls


def test_command_gets_its_shared_options_as_one_value(startup_calls):
    verb, calls = command()
    verb(size=3, config=Path("a.yaml"), as_json=True, offset=3600.0)
    ((invocation, size),) = calls
    assert (invocation.config, invocation.state, size) == (Path("a.yaml"), None, 3)
    assert (invocation.json, invocation.is_child) == (True, False)
    assert invocation.clock.offset == timedelta(hours=1)


def test_command_has_only_the_options_that_it_names(startup_calls):
    verb, calls = command(["as_json"])
    assert list(inspect.signature(verb).parameters) == ["size", "as_json"]
    assert (verb.__name__, verb.__doc__) == ("verb", "Do something.")
    verb()
    assert calls[0][0].config == options.CONFIG
    with pytest.raises(TypeError, match="child"):
        verb(child=True)


def test_child_is_tied_to_its_parent_first(startup_calls):
    command()[0](child=True, as_json=True)
    assert startup_calls == ["tied", "INFO"]


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
def test_log_level_of_a_command(startup_calls, monkeypatch, values, has_log, is_terminal, level):
    monkeypatch.setattr("harken.logs.is_terminal", lambda: is_terminal)
    command(has_log=has_log)[0](**values)
    assert startup_calls[-1] == level
