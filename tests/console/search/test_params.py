"""The URL of a search has its whole state: parsing it gives the same parameters."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from console.search.params import FILTERS, SearchParams
from core.mention import Emotion, Intent, Sentiment
from core.role import Role
from indexer.results import PageToken, Sort
from templates.links import Links

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LISTS = {*FILTERS, "after"}
ENUMERATIONS = {"sentiment": Sentiment, "emotion": Emotion, "intent": Intent, "role": Role}

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
values = st.lists(words, max_size=3, unique=True).map(tuple)
YEAR = timedelta(days=365)


def list_of(kind):
    """Return a strategy for some members of an enumeration, each once."""
    return st.lists(st.sampled_from(kind), unique=True).map(tuple)


times = st.integers(0, 9 * 365 * 86400).map(lambda s: NOW - 30 * YEAR + timedelta(seconds=s))
windows = st.one_of(
    st.sampled_from([{"range": name} for name in ("24h", "7d", "28d", "all")]),
    st.builds(
        lambda start, minutes: {"from": start, "to": start + timedelta(minutes=minutes)},
        times,
        st.integers(1, 1_000_000),
    ),
    st.builds(lambda start: {"from": start}, times),
)
page_tokens = st.builds(lambda n: str(PageToken(n, f"{n:032x}")), st.integers(0, 2_000_000_000))
states = st.builds(
    lambda window, rest: SearchParams(**window | rest),
    windows,
    st.fixed_dictionaries(
        {
            "q": words,
            **{name: list_of(kind) for name, kind in ENUMERATIONS.items()},
            **{name: values for name in FILTERS if name not in ENUMERATIONS},
            "sort": st.sampled_from(Sort),
            "after": st.lists(page_tokens, max_size=3).map(tuple),
        }
    ),
)


def parse_url(url):
    """Return the parameters that a server parses from *url*."""
    parameters = parse_qs(urlsplit(url).query, keep_blank_values=True)
    return SearchParams(**{n: v if n in LISTS else v[0] for n, v in parameters.items()})


@given(states)
def test_url_round_trips(state):
    assert parse_url(state.url()) == state


@given(states, st.sampled_from(FILTERS), st.data())
def test_filter_toggled_twice_is_unchanged(state, field, data):
    value = data.draw(st.sampled_from(ENUMERATIONS[field]) if field in ENUMERATIONS else words)
    first_page = state.model_copy(update={"after": ()})
    once = parse_url(first_page.toggle(field, value))
    twice = parse_url(once.toggle(field, value))
    assert once != first_page
    assert sorted(twice.filter_pairs()) == sorted(first_page.filter_pairs())


@given(states)
def test_every_change_leads_to_the_first_page(state):
    assert parse_url(state.url(range="24h")).after == ()
    assert not parse_url(state.unfiltered_url()).filter_pairs()


@given(states, page_tokens)
def test_newer_link_reverses_the_older_link(state, token):
    assert parse_url(parse_url(state.older_url(token)).newer_url()) == state


def test_url_has_a_limited_number_of_previous_pages():
    """The length of a URL is limited."""
    state = SearchParams()
    for n in range(200):
        state = parse_url(state.older_url(f"{n}.{'0' * 32}"))
    assert len(state.url()) < 4000
    assert state.after[-1].startswith("199.")


def test_defaults_are_omitted():
    assert SearchParams().url() == "/"
    assert SearchParams().url("/search.json") == "/search.json"


def test_links_of_emails_have_their_window():
    link = Links().search("watch:acme", start=NOW - timedelta(hours=3), end=NOW)
    assert parse_url(link).window(NOW + timedelta(days=9)) == (NOW - timedelta(hours=3), NOW)
    still_open = Links().search("watch:acme", start=NOW - timedelta(hours=3))
    assert parse_url(still_open).window(NOW) == (NOW - timedelta(hours=3), NOW)


def test_relative_range_overrides_a_custom_window():
    state = parse_url("/?range=24h&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z")
    assert state.window(NOW) == (NOW - timedelta(hours=24), NOW)
    assert state.url() == "/?range=24h"


def test_window_in_the_future_is_valid():
    state = SearchParams(**{"from": NOW + timedelta(days=1)})
    start, end = state.window(NOW)
    assert start < end


@pytest.mark.parametrize(
    "parameters",
    [
        {"range": "9y"},
        {"range": "chosen"},
        {"from": "yesterday"},
        {"from": "0001-01-01T00:00:00+14:00"},
        {"to": "9999-12-31T23:59:59Z"},
        {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"from": "1980-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"sentiment": ["bogus"]},
        {"source": [""]},
        {"after": ["1; drop table mentions"]},
        {"after": ["1"] * 51},
        {"sentimnt": "negative"},
    ],
)
def test_invalid_parameter_is_refused(parameters):
    """A search that ignores it would give wrong results."""
    with pytest.raises(ValidationError):
        SearchParams(**parameters)
