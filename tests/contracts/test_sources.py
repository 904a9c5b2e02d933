"""What every kind of source must keep; kinds and cases are discovered, never listed here.

A case is a folder tests/cases/KIND/CASE: ``input.*`` is the body, ``meta.json`` what was asked
(options, now, cursor; ``fetch`` where it is not the first that the source asks for),
``output.json`` what it must say, or the error.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import PermanentError
from core.identity import mention_id
from core.plugins import available, load
from core.timestamps import format_utc, parse_utc
from crawlers.source import Fetch, ParsedPage, Source, SourceInfo

CASES = Path(__file__).parents[1] / "cases"
KINDS = available("crawlers.sources")
FOLDERS = sorted(folder for kind in KINDS for folder in (CASES / kind).iterdir())
cases = pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}-{folder.name}"
)
kinds = pytest.mark.parametrize("kind", KINDS)


def question(folder):
    """The source, the fetch and the body of a case."""
    meta = json.loads((folder / "meta.json").read_text())
    kind = load("crawlers.sources", folder.parent.name, Source)
    source = kind(kind.Options.model_validate(meta["options"]))
    fetch = (
        Fetch(**meta["fetch"])
        if "fetch" in meta
        else next(iter(source.start_requests(meta["cursor"], parse_utc(meta["now"]))))
    )
    [body] = folder.glob("input.*")
    return source, fetch, body.read_bytes()


def told(page):
    """A page as JSON; empty fields are left out, so that a case says only what there is."""
    posts = [
        {
            name: format_utc(v) if hasattr(v, "tzinfo") else v
            for name, v in asdict(post).items()
            if v
        }
        for post in page.posts
    ]
    follow = [{"url": f.url, "note": dict(f.context)} for f in page.next_fetches]
    found = {"posts": posts, "follow": follow, "cursor": page.cursor, "after": page.final_cursor}
    if page.listing:
        times = {n: format_utc(getattr(page.listing, n)) for n in ("since", "until", "before")}
        found["listing"] = {**times, "uris": sorted(page.listing.uris)}
    return {name: value for name, value in found.items() if value}


@cases
def test_a_case_says_what_it_said(folder):
    """The recorded answer, field by field; an error by its words."""
    source, fetch, body = question(folder)
    expected = json.loads((folder / "output.json").read_text())
    try:
        found = told(source.parse(body, fetch, fetch.url))
    except PermanentError as error:
        found = {"error": str(error)}
    assert found == expected


@cases
def test_ids_are_stable_and_instants_are_utc(folder):
    """The same body twice gives equal pages; every post has a name, its dates are aware UTC."""
    source, fetch, body = question(folder)
    try:
        page = source.parse(body, fetch, fetch.url)
    except PermanentError:
        return
    assert page == source.parse(body, fetch, fetch.url)
    for post in page.posts:
        assert mention_id(post.uri)
        dates = [at for at in (post.published, post.edited) if at]
        assert all(at.tzinfo is UTC for at in dates)
    assert all(json.loads(json.dumps(c)) == c for c in (page.cursor, page.final_cursor))


@kinds
def test_each_kind_has_cases_and_facts(kind):
    """At least three cases, one of them an error; facts an operator can read."""
    outputs = [json.loads(p.read_text()) for p in (CASES / kind).glob("*/output.json")]
    assert len(outputs) >= 3
    assert any("error" in output for output in outputs)
    facts = load("crawlers.sources", kind, Source).info
    assert isinstance(facts, SourceInfo)
    assert facts.limits


@kinds
@pytest.mark.parametrize(
    "url", ["", "ftp://x.example/", "file:///etc/passwd", "https:///x", "x.example"]
)
def test_no_source_starts_anywhere_but_on_the_web(kind, url):
    with pytest.raises(ValueError, match="url"):
        load("crawlers.sources", kind, Source).Options(url=url)


def totally(source, fetch, body):
    """Parse *body*; only a page or a PermanentError may come of it."""
    try:
        page = source.parse(body, fetch, fetch.url)
    except PermanentError:
        return
    assert isinstance(page, ParsedPage)
    assert all(post.uri and isinstance(post.text, str) for post in page.posts)
    assert all(isinstance(follow.context, Mapping) for follow in page.next_fetches)


@given(folder=st.sampled_from(FOLDERS), body=st.binary(max_size=400) | st.text().map(str.encode))
@settings(deadline=None)
def test_parse_is_total_on_noise(folder, body):
    source, fetch, _ = question(folder)
    totally(source, fetch, body)


@given(folder=st.sampled_from(FOLDERS), data=st.data())
@settings(deadline=None, max_examples=300)
def test_parse_is_total_on_damaged_pages(folder, data):
    """A real page with a piece cut out and another put in its place."""
    source, fetch, body = question(folder)
    start, end = sorted(data.draw(st.integers(0, len(body))) for _ in range(2))
    totally(source, fetch, body[:start] + data.draw(st.binary(max_size=20)) + body[end:])
