"""Posts of a page that are stored, and posts that are only counted."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.crawl import Post
from core.identity import mention_id, text_sha256
from crawlers.filtering import filter_posts
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
        family=lambda text: f"family of {len(text)}",
        now=NOW,
        oldest=OLDEST,
    )


def test_a_post_that_a_watch_wants_is_heard():
    [crawled], dropped = filter_page(post())
    assert dropped == []
    assert crawled.id == mention_id("https://a.example/1")
    assert crawled.text_sha256 == text_sha256(crawled.post.text)
    assert (crawled.voice, crawled.family) == ("voice of jo at a.example", "family of 15")
    assert crawled.matches == {"brand": "r1"}


def test_a_post_that_no_watch_wants_is_heard_without_matches():
    """Only the database can match it to a mention that its author edited."""
    [crawled], dropped = filter_page(post(text="weather"))
    assert (crawled.post.text, crawled.matches, dropped) == ("weather", {}, [])


def test_a_post_without_text_or_too_old_leaves_its_id_and_a_reason():
    """Its age is checked before its matches."""
    posts = {
        "no_text": post("https://a.example/2", " \x00 "),
        "too_old": post("https://a.example/3", published=OLDEST - timedelta(seconds=1)),
    }
    crawled, dropped = filter_page(*posts.values())
    assert crawled == []
    assert {d.reason: d.id for d in dropped} == {r: mention_id(p.uri) for r, p in posts.items()}


def test_an_undated_post_is_of_today_and_a_nameless_one_has_no_voice():
    [crawled], _ = filter_page(post(published=None, author=None))
    assert (crawled.post.published, crawled.voice) == (None, None)


def test_the_last_state_of_a_post_on_a_page_counts():
    [crawled], dropped = filter_page(post(text="first box"), post(text="second box"))
    assert (crawled.post.text, dropped) == ("second box", [])


def test_a_very_long_text_is_matched_whole_though_its_end_is_not_kept():
    [crawled], _ = filter_page(post(text="a long story " * 5000 + "about a box"))
    assert crawled.matches == {"brand": "r1"}
    assert "box" not in crawled.post.text
    assert crawled.text_sha256 == text_sha256(crawled.post.text)


def test_texts_are_valid_and_bounded():
    [crawled], _ = filter_page(post(text="box \ud83d\x00" + "é" * 40_000, author="j\x00o"))
    assert crawled.post.text.startswith("box \ufffdé")
    assert crawled.post.text.endswith(CUT_MARK)
    assert crawled.voice == "voice of jo at a.example"


def test_a_post_whose_name_is_nothing_storable_is_left_out():
    """Its page and its run continue."""
    crawled, dropped = filter_page(post("\x00"), post())
    assert (len(crawled), dropped) == (1, [])


NAMES = st.text(min_size=1).filter(lambda name: name.strip("\x00"))


@given(st.lists(st.builds(post, uri=NAMES, text=st.text())))
def test_every_post_is_heard_or_dropped_once(posts):
    """Every id of a page is crawled or dropped, once."""
    crawled, dropped = filter_page(*posts)
    ids = [c.id for c in crawled] + [d.id for d in dropped]
    assert len(ids) == len(set(ids))
    assert len(ids) <= len(posts)
    assert bool(ids) == bool(posts)
