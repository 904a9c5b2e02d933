"""Filtering of the posts of a page; the database keeps the text of matching posts only."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.crawl import CrawledPost, DroppedPost, DropReason, FoldedText, Post
from core.identity import mention_id, text_sha256
from crawlers.text import make_valid, truncate
from crawlers.words.placeholders import is_placeholder

Matcher = Callable[
    [str, Post], Mapping[str, str]
]  # text, post -> revision of each matching watch, by slug
Pseudonymizer = Callable[[str, str], str]  # platform, account -> pseudonym
Folding = Callable[[str], FoldedText]


def filter_posts(
    posts: Sequence[Post],
    *,
    match: Matcher,
    voice: Pseudonymizer,
    fold: Folding,
    oldest: datetime,
) -> tuple[list[CrawledPost], list[DroppedPost]]:
    """Split *posts* into crawled and dropped ones, each id once (its last post on the page counts).

    A post published before *oldest* is too old; one of an unknown date is not.
    A post that matches no watch is returned without matches: the database stores it only as an
    edit of a stored mention. A very long text is matched whole, then truncated.
    """
    crawled_posts: list[CrawledPost] = []
    dropped_posts: list[DroppedPost] = []
    # A URI of NULs alone is empty by now.
    posts_with_uri = (post for post in map(_with_valid_text, posts) if post.uri)
    for post_id, full_post in {mention_id(post.uri): post for post in posts_with_uri}.items():
        post = replace(full_post, text=truncate(full_post.text))
        if reason := _drop_reason(post, oldest=oldest):
            dropped_posts.append(DroppedPost(id=post_id, reason=reason))
        else:
            voice_key = voice(post.platform, post.author) if post.author else None
            matches = match(full_post.text, full_post)
            crawled_posts.append(
                _crawled_post(post_id, post, matches, voice=voice_key, folded=fold(post.text))
            )
    return crawled_posts, dropped_posts


def count_row_drops(posts: Sequence[Post]) -> Mapping[str, int]:
    """Return the number of *posts* that :func:`filter_posts` returns in neither list, by reason."""
    uris = Counter(make_valid(post.uri) for post in posts)
    unreadable = uris.pop("", 0)
    counts = {
        DropReason.UNREADABLE: unreadable,
        DropReason.REPEATED: uris.total() - len(uris),
    }
    return {reason: count for reason, count in counts.items() if count}


def _drop_reason(post: Post, *, oldest: datetime) -> DropReason | None:
    if not post.text:
        return DropReason.NO_TEXT
    if is_placeholder(post.text):
        return DropReason.DELETED
    return DropReason.TOO_OLD if post.published and post.published < oldest else None


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
    post_id: str,
    post: Post,
    matches: Mapping[str, str],
    *,
    voice: str | None,
    folded: FoldedText,
) -> CrawledPost:
    return CrawledPost(
        id=post_id,
        post=post,
        text_sha256=text_sha256(post.text),
        voice=voice,
        family=folded.key,
        words=folded.words,
        matches=matches,
    )
