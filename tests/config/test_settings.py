"""Values of settings: accepted ones, and messages with what would be right."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from config.load import load
from config.settings import (
    MAX_DURATION_S,
    ClockTime,
    ConsoleSettings,
    CrawlSettings,
    Duration,
    MailAddress,
    Prefix,
    Prior,
    Settings,
    Slug,
    SourceSettings,
    WatchSettings,
    WebAddress,
    Zone,
)

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def validate(kind, value):
    return TypeAdapter(kind).validate_python(value)


def error_message(kind, value):
    with pytest.raises(ValidationError) as error:
        validate(kind, value)
    return str(error.value)


# ---- durations


@given(st.integers(0, 10**6), st.sampled_from(sorted(UNITS)))
def test_duration_is_a_number_and_a_unit(number, unit):
    seconds = number * UNITS[unit]
    if seconds <= MAX_DURATION_S:
        assert validate(Duration, f"{number}{unit}") == timedelta(seconds=seconds)
    else:
        assert "at most 36500d" in error_message(Duration, f"{number}{unit}")


@given(st.timedeltas(timedelta(0), timedelta(days=36500)))
def test_timedelta_is_a_valid_duration(value):
    assert validate(Duration, value) == value


@pytest.mark.parametrize(
    "value",
    ["", "5", 5, 5.5, None, True, "5 m", "-5m", "+5m", "1h30m", "5M", "5min", "٥m", "m", []],
)
def test_error_about_a_duration_shows_valid_ones(value):
    assert "should be a duration such as 90s, 15m, 2h or 28d" in error_message(Duration, value)


@pytest.mark.parametrize(
    ("model", "fields", "least"),
    [
        (SourceSettings, {"slug": "a", "kind": "feed", "every": "0s"}, "1 second"),
        (CrawlSettings, {"deadline": "0s"}, "1 second"),
        (WatchSettings, {"slug": "a", "name": "A", "query": "a", "retention": "23h"}, "1 day"),
    ],
)
def test_duration_below_the_minimum_is_rejected(model, fields, least):
    """Retention is in days: 23h would be 0, and every post too old."""
    with pytest.raises(ValidationError, match=f"greater than or equal to {least}"):
        model(**fields)


def test_delay_between_requests_may_be_zero():
    assert CrawlSettings(delay="0s").delay == timedelta(0)


# ---- names, times, addresses


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_minute_of_the_day_is_a_valid_time(hour, minute):
    assert validate(ClockTime, f"{hour:02}:{minute:02}") == f"{hour:02}:{minute:02}"


@pytest.mark.parametrize(
    ("kind", "good"),
    [
        (Slug, ["a", "0", "acme-bikes", "a" * 63]),
        (Prefix, ["h", "harken-2"]),
        (Zone, ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"]),
        (WebAddress, ["http://h", "https://h.example:8/x?y#z"]),
        (MailAddress, ["ada@acme.example", "ada+harken@h"]),
    ],
)
def test_valid_value_is_used_unchanged(kind, good):
    assert [validate(kind, value) for value in good] == good


@pytest.mark.parametrize(
    ("kind", "bad", "right"),
    [
        (ClockTime, ["24:00", "7:30", "07:60", "0730", "07:30 ", "٠٧:٣٠"], "a time such as 07:30"),
        (
            Slug,
            ["", "A", "a b", "-a", "_a", "a.b", "ä", "a\n", "a" * 64],
            "at most 63, such as acme-bikes",
        ),
        (Prefix, ["", "9", "H", "a_b", "a\n", "*"], "such as harken"),
        (Zone, ["", "utc+1", "Europe/Berln", "../etc/passwd", "/etc/localtime"], "Europe/Berlin"),
        (WebAddress, ["h.example", "ftp://h", "http://", "https://a b"], "https://harken.example"),
        (MailAddress, ["ada", "ada@", "@acme", "a@b@c", "a b@c", ""], "ada@acme.example"),
    ],
)
def test_error_about_an_invalid_value_shows_a_valid_one(kind, bad, right):
    assert [right in error_message(kind, value) for value in bad] == [True] * len(bad)


# ---- all settings


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().zone = "Europe/Berlin"


@pytest.mark.parametrize("url", ["https://h.example", "https://h.example/", "https://h.example//"])
def test_base_url_has_no_trailing_slash(url):
    assert Settings(console=ConsoleSettings(base_url=url)).base_url == "https://h.example"


def test_default_database_is_in_the_state_folder():
    assert Settings(state=Path("/var/harken")).database_url == "sqlite:////var/harken/record.db"
    assert Settings(record="postgresql://h/x").database_url == "postgresql://h/x"


def test_password_is_hidden_in_every_form():
    mail = {"host": "h", "sender": "a@b", "password": "hunter2"}
    settings = Settings.model_validate({"mail": mail})
    assert "hunter2" not in f"{settings} {settings!r} {settings.model_dump_json()}"


@pytest.fixture
def example(tmp_path):
    """Return the settings that `harken init` writes."""
    blank = Path(__file__).parents[2] / "config" / "harken.example.yaml"
    fields = {"slug": "acme", "brand": "Acme", "query": "acme"}
    path, sources = tmp_path / "harken.yaml", "sources: [{slug: blog, kind: feed}]"
    path.write_text(blank.read_text("utf-8").format(**fields, sources=sources), "utf-8")
    return load(path, {})


def test_settings_round_trip(example):
    assert Settings.model_validate(example.model_dump()) == example


def test_example_is_valid_and_has_every_group(example):
    assert all((example.watches, example.topics, example.sources, example.people))
    assert {s.kind for s in example.subscriptions} == {"brief", "digest"}


# ---- priors


@pytest.mark.parametrize(
    "prior",
    [
        {"negative": 0.3, "neutral": 0.5, "positive": 0.2},
        {"negative": 0.33, "neutral": 0.33, "positive": 0.33},
    ],
)
def test_a_prior_has_three_shares_with_the_sum_one(prior):
    assert validate(Prior, prior) == prior


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        ({"negative": 0.5, "positive": 0.5}, "lacks neutral"),
        ({"negative": 0.5, "neutral": 0.5, "positive": 0.2}, "has the sum 1.20; should be three"),
        ({"negative": 0.0, "neutral": 0.5, "positive": 0.5}, "greater than 0"),
        ({"negative": float("nan"), "neutral": 0.5, "positive": 0.5}, "finite number"),
        ({"bad": 0.3, "neutral": 0.5, "positive": 0.2}, "'negative', 'neutral' or 'positive'"),
        (0.3, "dictionary"),
    ],
)
def test_other_priors_are_errors_with_the_reason(prior, message):
    assert message in error_message(Prior, prior)
