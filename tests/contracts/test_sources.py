"""Contract of every kind of source; kinds and cases are discovered, never listed here.

A case is a folder tests/cases/KIND/CASE: ``input.*`` is the body as the server sent it,
``meta.json`` has the options, now and cursor (``fetch`` unless it is the first of the source, and
``content_type`` if the server sent one), ``output.json`` is the expected page or the error.
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
from crawlers.decoding.charset import decode
from crawlers.source import Fetch, ParsedPage, Source, SourceInfo

CASES = Path(__file__).parents[1] / "cases"
KINDS = available("crawlers.sources")
FOLDERS = sorted(folder for kind in KINDS for folder in (CASES / kind).iterdir())
cases = pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}-{folder.name}"
)
kinds = pytest.mark.parametrize("kind", KINDS)


def inputs_of(folder):
    """Return the source, the fetch, the body of a case and its Content-Type."""
    meta = json.loads((folder / "meta.json").read_text())
    source_class = load("crawlers.sources", folder.parent.name, Source)
    source = source_class(source_class.Options.model_validate(meta["options"]))
    fetch = (
        Fetch(**meta["fetch"])
        if "fetch" in meta
        else next(iter(source.start_requests(meta["cursor"], parse_utc(meta["now"]))))
    )
    [body] = folder.glob("input.*")
    return source, fetch, body.read_bytes(), meta.get("content_type")


def page_json(page):
    """Return a page as in output.json, without empty fields."""
    posts = [
        {
            name: format_utc(v) if hasattr(v, "tzinfo") else v
            for name, v in asdict(post).items()
            if v
        }
        for post in page.posts
    ]
    follow = [{"url": f.url, "note": dict(f.context)} for f in page.next_fetches]
    values = {
        "posts": posts,
        "drops": dict(page.row_drops),
        "follow": follow,
        "cursor": page.cursor,
        "after": page.final_cursor,
    }
    if page.listing:
        times = {n: format_utc(getattr(page.listing, n)) for n in ("since", "until", "before")}
        values["listing"] = {**times, "uris": sorted(page.listing.uris)}
    return {name: value for name, value in values.items() if value}


@cases
def test_case_has_its_output(folder):
    """Every field equals the recorded one; an error has the recorded message."""
    source, fetch, body, content_type = inputs_of(folder)
    output = json.loads((folder / "output.json").read_text())
    try:
        result = page_json(source.parse(decode(body, content_type), fetch, fetch.url))
    except PermanentError as error:
        result = {"error": str(error)}
    assert result == output


@cases
def test_ids_are_stable_and_times_are_utc(folder):
    """The same body gives equal pages; every post has an id, and its times are aware and UTC."""
    source, fetch, body, content_type = inputs_of(folder)
    text = decode(body, content_type)
    try:
        page = source.parse(text, fetch, fetch.url)
    except PermanentError:
        return
    assert page == source.parse(text, fetch, fetch.url)
    for post in page.posts:
        assert mention_id(post.uri)
        dates = [at for at in (post.published, post.edited) if at]
        assert all(at.tzinfo is UTC for at in dates)
    assert all(json.loads(json.dumps(c)) == c for c in (page.cursor, page.final_cursor))


@kinds
def test_each_kind_has_cases_and_information(kind):
    """There are at least three cases, one of them an error, and information for the operator."""
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
def test_url_of_a_source_is_http(kind, url):
    with pytest.raises(ValueError, match="url"):
        load("crawlers.sources", kind, Source).Options(url=url)


def parse_without_crash(source, fetch, body):
    """Parse *body*; the result has to be a page or a PermanentError."""
    try:
        page = source.parse(decode(body), fetch, fetch.url)
    except PermanentError:
        return
    assert isinstance(page, ParsedPage)
    assert all(post.uri and isinstance(post.text, str) for post in page.posts)
    assert all(isinstance(follow.context, Mapping) for follow in page.next_fetches)


@given(folder=st.sampled_from(FOLDERS), body=st.binary(max_size=400) | st.text().map(str.encode))
@settings(deadline=None)
def test_parse_is_total_on_noise(folder, body):
    source, fetch, *_ = inputs_of(folder)
    parse_without_crash(source, fetch, body)


@given(folder=st.sampled_from(FOLDERS), data=st.data())
@settings(deadline=None, max_examples=300)
def test_parse_is_total_on_damaged_pages(folder, data):
    """The body is a real page in which random bytes replace a part."""
    source, fetch, body, _ = inputs_of(folder)
    start, end = sorted(data.draw(st.integers(0, len(body))) for _ in range(2))
    parse_without_crash(
        source, fetch, body[:start] + data.draw(st.binary(max_size=20)) + body[end:]
    )
