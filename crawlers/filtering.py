"""From the posts of a page to what the record keeps: only what a watch wants stays text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.crawl import CrawledPost, DroppedPost, Post
from core.identity import mention_id, text_sha256
from crawlers.text import make_valid, truncate

Matcher = Callable[[str, Post], Mapping[str, str]]  # text -> revision of each watch that wants it
Pseudonymizer = Callable[[str, str], str]  # platform, account -> pseudonym
FamilyKey = Callable[[str], str]  # text -> exact-hash family of the normalised text


def filter_posts(
    posts: Sequence[Post],
    *,
    match: Matcher,
    voice: Pseudonymizer,
    family: FamilyKey,
    now: datetime,
    oldest: datetime,
) -> tuple[list[CrawledPost], list[DroppedPost]]:
    """Part *posts* into heard and dropped, each id once (its last state on the page counts).

    Published before *oldest* is too old; a post without a date is as old as *now*. One that no
    watch wants is heard without matches: the record drops it, unless it knows the mention and has
    to learn that its author took words back. A very long text is matched whole, and then cut.
    """
    crawled_posts: list[CrawledPost] = []
    dropped_posts: list[DroppedPost] = []
    posts_with_uri = (
        post for post in map(_with_valid_text, posts) if post.uri
    )  # a NUL alone names nothing
    for post_id, full_post in {mention_id(post.uri): post for post in posts_with_uri}.items():
        post = replace(full_post, text=truncate(full_post.text))
        if reason := _drop_reason(post, now=now, oldest=oldest):
            dropped_posts.append(DroppedPost(id=post_id, reason=reason))
        else:
            voice_key = voice(post.platform, post.author) if post.author else None
            matches = match(full_post.text, full_post)
            crawled_posts.append(
                _crawled_post(post_id, post, matches, voice=voice_key, family=family(post.text))
            )
    return crawled_posts, dropped_posts


def _drop_reason(post: Post, *, now: datetime, oldest: datetime) -> str | None:
    if not post.text:
        return "no_text"
    return "too_old" if (post.published or now) < oldest else None


def _with_valid_text(post: Post) -> Post:
    return replace(
        post,
        uri=make_valid(post.uri),
        url=make_valid(post.url),
        text=make_valid(post.text).strip(),
        author=make_valid(post.author) if post.author else None,
        parent=make_valid(post.parent) if post.parent else None,
    )


def _crawled_post(
    post_id: str, post: Post, matches: Mapping[str, str], *, voice: str | None, family: str
) -> CrawledPost:
    return CrawledPost(
        id=post_id,
        post=post,
        text_sha256=text_sha256(post.text),
        voice=voice,
        family=family,
        matches=matches,
    )
