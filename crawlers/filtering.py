"""From the posts of a page to what the record keeps: only what a watch wants stays text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.crawl import CrawledPost, DroppedPost, Post
from core.identity import mention_id, text_sha256
from crawlers.text import cut, valid

Match = Callable[[str, Post], Mapping[str, str]]  # text -> revision of each watch that wants it
Voice = Callable[[str, str], str]  # platform, account -> pseudonym
Family = Callable[[str], str]  # text -> exact-hash family of the normalised text


def sift(
    posts: Sequence[Post],
    *,
    match: Match,
    voice: Voice,
    family: Family,
    now: datetime,
    oldest: datetime,
) -> tuple[list[CrawledPost], list[DroppedPost]]:
    """Part *posts* into heard and dropped, each id once (its last state on the page counts).

    Published before *oldest* is too old; a post without a date is as old as *now*. One that no
    watch wants is heard without matches: the record drops it, unless it knows the mention and has
    to learn that its author took words back. A very long text is matched whole, and then cut.
    """
    heard: list[CrawledPost] = []
    dropped: list[DroppedPost] = []
    named = (post for post in map(_valid, posts) if post.uri)  # a NUL alone names nothing
    for key, whole in {mention_id(post.uri): post for post in named}.items():
        post = replace(whole, text=cut(whole.text))
        if reason := _refusal(post, now=now, oldest=oldest):
            dropped.append(DroppedPost(id=key, reason=reason))
        else:
            who = voice(post.platform, post.author) if post.author else None
            wanted = match(whole.text, whole)
            heard.append(_heard(key, post, wanted, voice=who, family=family(post.text)))
    return heard, dropped


def _refusal(post: Post, *, now: datetime, oldest: datetime) -> str | None:
    if not post.text:
        return "no_text"
    return "too_old" if (post.published or now) < oldest else None


def _valid(post: Post) -> Post:
    return replace(
        post,
        uri=valid(post.uri),
        url=valid(post.url),
        text=valid(post.text).strip(),
        author=valid(post.author) if post.author else None,
        parent=valid(post.parent) if post.parent else None,
    )


def _heard(
    key: str, post: Post, matches: Mapping[str, str], *, voice: str | None, family: str
) -> CrawledPost:
    return CrawledPost(
        id=key,
        post=post,
        text_sha256=text_sha256(post.text),
        voice=voice,
        family=family,
        matches=matches,
    )
