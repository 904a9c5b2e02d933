"""Small values that templates show."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.digest import digest_context
from templates.contexts.base import sentiment_shares
from templates.links import Links, quote_value
from templates.mail_parts import render_mail
from tests.alerts import example_emails as letters

STATIC = Path(__file__).parents[2] / "templates" / "static"
COUNT = st.integers(0, 10_000)


@given(COUNT, COUNT, COUNT, COUNT)
def test_parts_of_a_bar_add_up_to_100_percent(negative, neutral, positive, unscored):
    parts = sentiment_shares(negative, neutral, positive, unscored)
    total = negative + neutral + positive + unscored
    assert sum(part.percent for part in parts) == (100 if total else 0)
    counts = {"negative": negative, "neutral": neutral, "positive": positive, "unscored": unscored}
    for part in parts:
        assert part.percent >= 1
        assert abs(part.percent - 100 * counts[part.tone] / total) < 4
    assert [part.tone for part in parts] == [tone for tone, count in counts.items() if count]


def test_vendored_files_have_the_hashes_of_the_lock():
    lock = (STATIC / "vendor.lock").read_text(encoding="utf-8").splitlines()
    lines = [line.split() for line in package_lines(lock)]
    assert {line[0] for line in lines} == {"htmx.min.js", "inter.woff2", "../charts/inter.ttf"}
    for name, package, version, sha256 in lines:
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == sha256, name
        assert package.startswith("npm:")
        assert version[0].isdigit()


def package_lines(lock: list[str]) -> list[str]:
    """Return the lines of a lock that are no comments."""
    return [line for line in lock if line and not line.startswith("#")]


def test_assets_are_small():
    """The first page of the console has a budget of 150 kB."""
    sizes = [
        p.stat().st_size for p in STATIC.iterdir() if p.suffix in (".css", ".js", ".woff2", ".svg")
    ]
    assert sum(sizes) < 105_000


@pytest.mark.parametrize("base", ["", "https://harken.example"])
def test_links_start_with_their_base(base):
    links = Links(base)
    assert links.incident(7) == f"{base}/incidents/7"
    assert links.mention("a/b") == f"{base}/m/a%2Fb"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_query_round_trips_through_its_link(query):
    at = datetime(2026, 11, 20, tzinfo=UTC)
    params = parse_qs(urlsplit(Links().search(query, start=at)).query, keep_blank_values=True)
    assert params.get("q", [""]) == [query]
    assert params["from"] == ["2026-11-20T00:00:00Z"]
    assert "to" not in params


def test_value_of_several_words_is_quoted():
    assert [quote_value(v) for v in ("battery", "e-bike_2", "ride quality")] == [
        "battery",
        "e-bike_2",
        '"ride quality"',
    ]


def test_styles_are_inlined_and_media_rules_stay():
    """Some clients drop <style>: inline styles matter; the rest is for dark mode and phones."""
    html, text = render_mail("digest", digest_context(letters.day(), letters.ENVELOPE))
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 520px" in html
    assert 'class="card" style="' in html
    assert "padding: 32px" in html.partition("</style>")[2]
    assert len(html) < 80_000  # Gmail clips at 102 kB
    assert "<" not in text.replace("<script>alert(1)</script>", "")
