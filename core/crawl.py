"""Values that a crawl produces and the store writes: posts, pages and listings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.role import Role
from core.timestamps import DateProblem


class DropReason(StrEnum):
    """The reasons for which a row of a page is no stored post; a source may have others, too."""

    UNMATCHED = "unmatched"  # no watch matches it
    TOO_OLD = "too_old"  # older than the retention
    NO_TEXT = "no_text"
    DELETED = "deleted"  # a placeholder stands in its place
    UNREADABLE = "unreadable"  # it lacks id, name or words
    NOINDEX = "noindex"  # its author forbids it
    REPEATED = "repeated"  # it stood on the page before


# Reasons of posts with an id, which the database knows when they are listed again.
NAMED_DROPS: Final = frozenset(
    {DropReason.UNMATCHED, DropReason.TOO_OLD, DropReason.NO_TEXT, DropReason.DELETED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post as its platform shows it, parsed from a page by a source."""

    uri: str  # the global name (core.identity.mention_id computes the id)
    url: str  # the page for people
    text: str  # plain text, never HTML
    platform: str  # namespace of the account: "mastodon.example", a blog's host, …
    author: str | None  # the account on that platform; the crawl passes it on only as a voice
    published: datetime | None  # according to the source, UTC; None: unknown, see date_problem
    edited: datetime | None = None
    language: str | None = None  # what the platform claims, ISO 639-1; may be wrong
    parent: str | None = None  # uri of the post it answers
    author_role: Role | None = None  # only where the platform marks the account, as Mastodon a bot
    engagement: Mapping[str, int] = field(
        default_factory=dict
    )  # e.g. {"likes": 3}, only where reported
    date_problem: DateProblem | None = None  # why published is None; None there: no date is stated


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedText:
    """A text without what differs between copies of it."""

    key: str  # 32 hex digits; equal for texts that differ only in what folding drops
    words: tuple[str, ...] = ()  # for the comparison with other texts; () for a short text


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawledPost:
    """A post with the watches that it matches."""

    id: str  # core.identity.mention_id(post.uri)
    post: Post
    text_sha256: str
    voice: str | None
    family: str | None  # FoldedText.key
    words: tuple[str, ...] = ()  # FoldedText.words
    matches: Mapping[str, str]  # watch slug -> revision of the watch; may be empty
    brand_of: frozenset[str] = frozenset()  # slugs of the watches whose own account wrote it


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedPost:
    """A post that is not stored; only its id and the reason are."""

    id: str
    reason: DropReason  # one of NAMED_DROPS


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawledPage:
    """One fetched page of one source, with its posts already filtered."""

    source: str
    run: str
    posts: tuple[CrawledPost, ...] = ()
    dropped: tuple[DroppedPost, ...] = ()
    row_drops: Mapping[str, int] = field(
        default_factory=dict
    )  # rows that gave no post of their own, by DropReason or a reason of the source
    cursor: Mapping[str, object] | None = None  # new cursor of the source; None: unchanged
    validators: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # url -> {"etag": …, "last_modified": …}
    is_newest_first: bool = False  # posts before the first stored one are newer than the last crawl


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All posts published in [since, until) that a source still lists."""

    since: datetime
    until: datetime
    uris: frozenset[str]
    before: datetime  # start of the previous listing
