"""Small laws of timestamps, mentions and errors."""

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
def test_an_instant_survives_paper(at):
    assert parse_utc(format_utc(at)) == at


def test_instants_are_written_in_utc_with_z():
    at = datetime(2026, 3, 2, 14, tzinfo=timezone(timedelta(hours=2)))
    assert format_utc(at) == "2026-03-02T12:00:00Z"
    assert format_utc(None) is None


@pytest.mark.parametrize(
    "text", ["2026-03-02T12:00:00", "2026-03-02T12:00:00Z", "2026-03-02T14:00:00+02:00"]
)
def test_an_instant_without_zone_is_utc(text):
    assert parse_utc(text) == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert parse_utc(text).tzinfo is UTC


def test_what_is_no_date_is_refused():
    with pytest.raises(ValueError, match="yesterday"):
        parse_utc("yesterday")


@given(INSTANTS)
def test_a_bucket_holds_its_instant(at):
    start = floor_to(at)
    assert timedelta(0) <= at - start < BUCKET_WIDTH
    assert floor_to(start) == start


def test_a_bucket_has_the_width_it_is_asked_for():
    at = datetime(2026, 3, 2, 12, 59, 59, tzinfo=UTC)
    assert floor_to(at, timedelta(hours=1)) == datetime(2026, 3, 2, 12, tzinfo=UTC)


# ---- mentions


def test_the_verdict_of_a_mention_is_the_newest_on_the_whole_of_its_present_text():
    newest = verdict("now", model="newer")
    told = mention(
        verdict("now"), newest, verdict("before", model="newest"), verdict("now", watch="acme")
    )
    assert told.verdict is newest


def test_a_mention_may_have_no_verdict_yet():
    assert mention(verdict("before"), verdict("now", watch="acme")).verdict is None


def test_sentiments_stand_in_the_order_of_every_probability_vector():
    assert list(Sentiment) == ["negative", "neutral", "positive"]


# ---- errors


def test_every_error_is_a_harken_error_and_drawn_in_the_docstring():
    kinds = [v for v in vars(errors).values() if isinstance(v, type)]
    assert all(issubclass(kind, HarkenError) for kind in kinds)
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in kinds)


def test_errors_carry_what_their_reader_needs():
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


def test_plugins_are_found_by_their_file_and_only_the_named_one_is_imported(package):
    from collections import UserDict

    assert available(package) == ["deadly", "empty", "good", "two"]
    assert load(package, "good", UserDict).__name__ == "Good"


def test_an_unknown_plugin_is_answered_with_a_guess_and_the_list(package):
    expected = r"some_plugins: unknown 'goood'. Did you mean 'good'\? Known: deadly, empty, good"
    with pytest.raises(ConfigError, match=expected):
        load(package, "goood", object)


@pytest.mark.parametrize(("name", "count"), [("empty", 0), ("two", 2)])
def test_a_module_defines_exactly_one_plugin(package, name, count):
    from collections import UserDict

    with pytest.raises(ConfigError, match=f"{name}: expected one UserDict, found {count}"):
        load(package, name, UserDict)


def test_a_word_like_no_other_gets_no_guess():
    assert did_you_mean("zzz", ["feed", "forum"]) == ""
    assert did_you_mean("forun", ["feed", "forum"]) == " Did you mean 'forum'?"
