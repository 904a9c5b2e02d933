"""Options of sources, and the errors for invalid ones."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.plugins import available, load
from crawlers.source import Source

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
URL = "https://site.example/here"
WORDPRESS = (
    "per_page=100&order=desc&page=1&orderby=modified&modified_after=2026-11-21T06:00:00"
    "&_fields=id,date_gmt,date,modified_gmt,link,guid,title,content,excerpt,author"
)


def options(kind, **fields):
    return load("crawlers.sources", kind, Source).Options(**{"url": URL, **fields})


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("feed", {"urls": URL}),
        ("feed", {"backfill_days": -1}),
        ("feed", {"url": "http://site.example:99999/feed"}),
        ("wordpress", {"url": "http://site..example/"}),
        ("forum", {"post": "li..x"}),
        ("forum", {"author": ""}),
        ("forum", {"thread": "li:frobnicate"}),
        ("mastodon", {"tag": "#acme"}),
        ("mastodon", {"tag": "a/b"}),
        ("wordpress", {"comments": "perhaps"}),
    ],
)
def test_error_names_the_invalid_option(kind, wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        options(kind, **wrong)


@pytest.mark.parametrize("kind", available("crawlers.sources"))
def test_options_are_frozen(kind):
    """A source cannot change its options."""
    with pytest.raises(ValidationError, match="frozen"):
        options(kind).url = "https://elsewhere.example/"


@pytest.mark.parametrize(
    ("kind", "fields", "first_url"),
    [
        ("feed", {}, URL),
        ("forum", {}, URL),
        ("mastodon", {}, f"{URL}/api/v1/timelines/public?limit=40"),
        ("mastodon", {"tag": "größe"}, f"{URL}/api/v1/timelines/tag/gr%C3%B6%C3%9Fe?limit=40"),
        ("mastodon", {"local": True}, f"{URL}/api/v1/timelines/public?limit=40&local=true"),
        (
            "wordpress",
            {"backfill_days": 1},
            f"{URL}/wp-json/wp/v2/posts?{WORDPRESS}",
        ),
    ],
)
def test_first_crawl_starts_with_one_unconditional_request(kind, fields, first_url):
    """One unconditional request: no validators are stored yet."""
    source = load("crawlers.sources", kind, Source)(options(kind, **fields))
    [fetch] = source.start_requests(None, NOW)
    assert (fetch.url, fetch.conditional) == (first_url, False)


def test_authors_are_filtered_by_their_consent():
    """With only_indexable, an author without opt-in is left out; noindex always applies."""
    kind = load("crawlers.sources", "mastodon", Source)
    body = "[{}, {}, {}]".format(
        *(
            f'{{"id": "{number}", "uri": "urn:{number}", "content": "x",'
            f' "created_at": "2026-11-21T00:00:00Z", "account": {{"acct": "jo", {preference}}}}}'
            for number, preference in enumerate(
                ('"indexable": true', '"indexable": false', '"noindex": true')
            )
        )
    )
    uris = {}
    for only_indexable in (False, True):
        source = kind(options("mastodon", only_indexable=only_indexable))
        [fetch] = source.start_requests(None, NOW)
        page = source.parse(body, fetch, fetch.url)
        uris[only_indexable] = [post.uri for post in page.posts]
    assert uris == {False: ["urn:0", "urn:1"], True: ["urn:0"]}


@pytest.mark.slow
def test_modules_of_the_parent_do_not_import_scrapy():
    """The parent needs options, facts and outcomes; only children run a reactor."""
    modules = ["filtering", "job", "process_limits", "source"]
    modules += [f"sources.{kind}" for kind in available("crawlers.sources")]
    program = "\n".join(f"import crawlers.{name}" for name in modules)
    program += "\nimport sys; sys.exit('scrapy' in sys.modules or 'twisted' in sys.modules)"
    root = Path(__file__).parents[2]
    process = subprocess.run([sys.executable, "-c", program], cwd=root, check=False)
    assert process.returncode == 0
