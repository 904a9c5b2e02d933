"""Timestamps, verdicts of a mention, errors and plug-ins."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import errors
from core.errors import ConfigError, HarkenError, QueryError, TransientError
from core.mention import Sentiment
from core.plugins import available, did_you_mean, load
from core.timestamps import BUCKET_WIDTH, floor_to, format_utc, parse_utc
from tests.core.factories import mention, verdict

INSTANTS = st.datetimes(timezones=st.just(UTC))


# ---- timestamps


@given(INSTANTS)
def test_time_round_trips(at):
    assert parse_utc(format_utc(at)) == at


def test_time_is_formatted_in_utc_with_z():
    at = datetime(2026, 3, 2, 14, tzinfo=timezone(timedelta(hours=2)))
    assert format_utc(at) == "2026-03-02T12:00:00Z"
    assert format_utc(None) is None


@pytest.mark.parametrize(
    "text", ["2026-03-02T12:00:00", "2026-03-02T12:00:00Z", "2026-03-02T14:00:00+02:00"]
)
def test_time_without_zone_is_utc(text):
    assert parse_utc(text) == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert parse_utc(text).tzinfo is UTC


def test_invalid_date_is_rejected():
    with pytest.raises(ValueError, match="yesterday"):
        parse_utc("yesterday")


@given(INSTANTS)
def test_bucket_contains_its_time(at):
    start = floor_to(at)
    assert timedelta(0) <= at - start < BUCKET_WIDTH
    assert floor_to(start) == start


def test_bucket_has_the_requested_width():
    at = datetime(2026, 3, 2, 12, 59, 59, tzinfo=UTC)
    assert floor_to(at, timedelta(hours=1)) == datetime(2026, 3, 2, 12, tzinfo=UTC)


# ---- mentions


def test_verdict_of_a_mention_is_the_newest_on_its_current_text():
    newest = verdict("now", model="newer")
    scored_mention = mention(
        verdict("now"), newest, verdict("before", model="newest"), verdict("now", watch="acme")
    )
    assert scored_mention.verdict is newest


def test_mention_without_current_verdict_has_none():
    assert mention(verdict("before"), verdict("now", watch="acme")).verdict is None


def test_sentiments_are_in_the_order_of_probability_vectors():
    assert list(Sentiment) == ["negative", "neutral", "positive"]


# ---- errors


def test_every_error_is_a_harken_error_in_the_documented_tree():
    kinds = [v for v in vars(errors).values() if isinstance(v, type)]
    assert all(issubclass(kind, HarkenError) for kind in kinds)
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in kinds)


def test_errors_have_column_hint_and_retry_after():
    query = QueryError("no such field", column=4, hint="source:")
    assert (str(query), query.column, query.hint) == ("no such field", 4, "source:")
    assert TransientError("busy", retry_after=2.5).retry_after == 2.5
    assert TransientError("busy").retry_after is None


# ---- plug-ins


@pytest.fixture
def package(tmp_path, monkeypatch) -> str:
    """Return a package of plug-ins: one good, one that fails on import, one empty, one with two."""
    folder = tmp_path / "some_plugins"
    folder.mkdir()
    base = "from collections import UserDict\n"
    files = {
        "__init__": "",
        "good": f"{base}class Good(UserDict): pass\n",
        "deadly": "raise RuntimeError('imported')\n",
        "empty": base,
        "two": f"{base}class A(UserDict): pass\nclass B(UserDict): pass\n",
    }
    for name, code in files.items():
        (folder / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "some_plugins"


def test_only_the_requested_plugin_is_imported(package):
    from collections import UserDict

    assert available(package) == ["deadly", "empty", "good", "two"]
    assert load(package, "good", UserDict).__name__ == "Good"


def test_unknown_plugin_is_reported_with_suggestion_and_list(package):
    message = r"some_plugins: unknown 'goood'. Did you mean 'good'\? Known: deadly, empty, good"
    with pytest.raises(ConfigError, match=message):
        load(package, "goood", object)


@pytest.mark.parametrize(("name", "count"), [("empty", 0), ("two", 2)])
def test_module_defines_exactly_one_plugin(package, name, count):
    from collections import UserDict

    with pytest.raises(ConfigError, match=f"{name}: expected one UserDict, found {count}"):
        load(package, name, UserDict)


def test_only_a_similar_name_is_suggested():
    assert did_you_mean("zzz", ["feed", "forum"]) == ""
    assert did_you_mean("forun", ["feed", "forum"]) == " Did you mean 'forum'?"
