"""Dates of publication of the posts of a page, as they are stored."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update

from core.crawl import CrawledPage, CrawledPost
from core.timestamps import LARGEST_ZONE_OFFSET, UNDATED, DateProblem
from store.crawl.skipped import skipped_ids
from store.tables import mentions, sources

MAX_CLOCK_SKEW: Final = timedelta(minutes=5)  # by which a stated date may be ahead
# Problems of a post that its place in a list can solve: it states no date of its own.
_WITHOUT_DATE: Final = frozenset({DateProblem.MISSING, DateProblem.SHARED, DateProblem.FUTURE})
_CURSOR: Final = select(sources.c.cursor).where(sources.c.slug == bindparam("of_source"))
_SET_DATE: Final = update(mentions).where(mentions.c.id == bindparam("key"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDate:
    """The columns of a mention for its date."""

    published: datetime  # UNDATED where the date is unknown
    raw: datetime | None = None  # a stated date that is ahead
    undated: DateProblem | None = None


def new_dates(
    tx: Connection, page: CrawledPage, existing_ids: Collection[str], now: datetime
) -> dict[str, StoredDate]:
    """Return the dates to store of the posts of *page*, by id, should they be new.

    A post that states no date may be years old: it is undated, not of the present. The exception is
    a list with the newest post first. Posts before the first one that an earlier crawl stored came
    since that crawl, and are dated by this one.

    A date ahead by at most the offset of a zone is that of a platform with another zone, and such a
    post is of the present. But on the first crawl of a source the whole day of that zone would be.
    """
    latest = now + MAX_CLOCK_SKEW
    is_ahead = any(p.post.published is not None and p.post.published > latest for p in page.posts)
    is_first_crawl = is_ahead and not _is_backfilled(tx, page.source)
    dates = {post.id: _stored_date(post, is_first_crawl, now) for post in page.posts}
    if page.is_newest_first and any(date.undated in _WITHOUT_DATE for date in dates.values()):
        for post_id in _ids_since_last_crawl(tx, page, existing_ids):
            if dates[post_id].undated in _WITHOUT_DATE:
                dates[post_id] = StoredDate(published=now, raw=dates[post_id].raw)
    return dates


def fill_dates(
    tx: Connection, posts: Sequence[CrawledPost], rows: Mapping[str, Row[Any]], now: datetime
) -> set[str]:
    """Date the stored *rows* (by id) without a date that *posts* now state; return their ids."""
    dates = {post.id: post.post.published for post in posts if post.id in rows}
    known_dates = {
        post_id: at
        for post_id, at in dates.items()
        if at is not None and rows[post_id].undated is not None and at <= now
    }
    columns = {"published_raw": None, "undated": None}
    values = [{"key": i, "published": at, **columns} for i, at in sorted(known_dates.items())]
    if values:
        tx.execute(_SET_DATE, values)
    return set(known_dates)


def _is_backfilled(tx: Connection, source: str) -> bool:
    cursor = tx.execute(_CURSOR, {"of_source": source}).scalar_one()
    return bool(cursor.get("backfilled"))


def _stored_date(crawled_post: CrawledPost, is_first_crawl: bool, now: datetime) -> StoredDate:  # noqa: FBT001
    at = crawled_post.post.published
    if at is None:
        problem = crawled_post.post.date_problem or DateProblem.MISSING
        return StoredDate(published=UNDATED, undated=problem)
    if at <= now + MAX_CLOCK_SKEW:
        return StoredDate(published=at)
    if at <= now + LARGEST_ZONE_OFFSET and not is_first_crawl:
        return StoredDate(published=now, raw=at)
    return StoredDate(published=UNDATED, raw=at, undated=DateProblem.FUTURE)


def _ids_since_last_crawl(
    tx: Connection, page: CrawledPage, existing_ids: Collection[str]
) -> Iterable[str]:
    """Return the ids of the posts before the first known one; none if no post is known."""
    ids = [post.id for post in page.posts]
    known_ids = skipped_ids(tx, page.source, ids).union(existing_ids)
    first_known = next((number for number, i in enumerate(ids) if i in known_ids), 0)
    return ids[:first_known]
