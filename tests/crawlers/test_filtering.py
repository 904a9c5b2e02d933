"""Posts of a page that are stored, and posts that are only counted."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.crawl import FoldedText, Post
from core.identity import mention_id, text_sha256
from crawlers.filtering import count_row_drops, filter_posts
from crawlers.text import CUT_MARK

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
OLDEST = NOW - timedelta(days=28)


def post(uri="https://a.example/1", text="the box rattles", **more):
    fields = {"author": "jo", "published": NOW, **more}
    return Post(uri=uri, url=uri, text=text, platform="a.example", **fields)


def filter_page(*posts):
    return filter_posts(
        posts,
        match=lambda text, _: {"brand": "r1"} if "box" in text else {},
        voice=lambda platform, account: f"voice of {account} at {platform}",
        fold=lambda text: FoldedText(key=f"family of {len(text)}", words=tuple(text.split())),
        oldest=OLDEST,
    )


def test_matched_post_is_returned_with_its_matches():
    [crawled_post], dropped_posts = filter_page(post())
    assert dropped_posts == []
    assert crawled_post.id == mention_id("https://a.example/1")
    assert crawled_post.text_sha256 == text_sha256(crawled_post.post.text)
    assert (crawled_post.voice, crawled_post.family) == ("voice of jo at a.example", "family of 15")
    assert crawled_post.words == ("the", "box", "rattles")
    assert crawled_post.matches == {"brand": "r1"}


def test_unmatched_post_is_returned_without_matches():
    """Only the database can match it to a mention that its author edited."""
    [crawled_post], dropped_posts = filter_page(post(text="weather"))
    assert (crawled_post.post.text, crawled_post.matches, dropped_posts) == ("weather", {}, [])


def test_empty_or_old_post_is_dropped_with_a_reason():
    """Its age is checked before its matches."""
    posts = {
        "deleted": post("https://a.example/4", "[This post was removed]"),
        "no_text": post("https://a.example/2", " \x00 "),
        "too_old": post("https://a.example/3", published=OLDEST - timedelta(seconds=1)),
    }
    crawled_posts, dropped_posts = filter_page(*posts.values())
    assert crawled_posts == []
    assert {d.reason: d.id for d in dropped_posts} == {
        r: mention_id(p.uri) for r, p in posts.items()
    }


def test_post_without_date_or_author_is_returned():
    [crawled_post], _ = filter_page(post(published=None, author=None))
    assert (crawled_post.post.published, crawled_post.voice) == (None, None)


def test_last_version_of_a_repeated_post_is_returned():
    [crawled_post], dropped_posts = filter_page(post(text="first box"), post(text="second box"))
    assert (crawled_post.post.text, dropped_posts) == ("second box", [])


def test_very_long_text_is_matched_before_it_is_truncated():
    [crawled_post], _ = filter_page(post(text="a long story " * 5000 + "about a box"))
    assert crawled_post.matches == {"brand": "r1"}
    assert "box" not in crawled_post.post.text
    assert crawled_post.text_sha256 == text_sha256(crawled_post.post.text)


def test_texts_are_valid_and_limited():
    [crawled_post], _ = filter_page(post(text="box \ud83d\x00" + "é" * 40_000, author="j\x00o"))
    assert crawled_post.post.text.startswith("box \ufffdé")
    assert crawled_post.post.text.endswith(CUT_MARK)
    assert crawled_post.voice == "voice of jo at a.example"


def test_post_without_storable_uri_is_ignored():
    """Its page and its run continue."""
    crawled_posts, dropped_posts = filter_page(post("\x00"), post())
    assert (len(crawled_posts), dropped_posts) == (1, [])


def test_posts_in_neither_list_are_counted():
    """A page of posts is its crawled and dropped posts and these counts."""
    page = (post("\x00"), post(text="first box"), post(text=""), post("https://a.example/2"))
    assert count_row_drops(page) == {"unreadable": 1, "repeated": 1}
    assert count_row_drops((post(),)) == {}


NAMES = st.text(min_size=1).filter(lambda name: name.strip("\x00"))


@given(st.lists(st.builds(post, uri=NAMES, text=st.text())))
def test_every_id_is_returned_once(posts):
    """Every id of a page is crawled or dropped, once."""
    crawled_posts, dropped_posts = filter_page(*posts)
    ids = [c.id for c in crawled_posts] + [d.id for d in dropped_posts]
    assert len(ids) == len(set(ids))
    assert len(ids) <= len(posts)
    assert bool(ids) == bool(posts)
    assert len(ids) + sum(count_row_drops(posts).values()) == len(posts)
