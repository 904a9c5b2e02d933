"""Crawled pages, each written in one short transaction."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, update

from core.crawl import CrawledPage, CrawledPost, DroppedPost, DropReason
from store.changes import append_changes
from store.crawl import rows
from store.crawl.author_roles import update_author_roles
from store.crawl.dates import fill_dates, new_dates
from store.crawl.deletions import delete, undelete
from store.crawl.engagement import record_engagement
from store.crawl.skipped import insert_skipped, skipped_ids
from store.mentions import lock
from store.tables import runs, sources

_COUNTS: Final = ("fetched", "known", "edited", "new", "arrivals")
_IS_RUN: Final = runs.c.id == bindparam("of_run")
_IS_SOURCE: Final = sources.c.slug == bindparam("of_source")
_RUN_AND_SOURCE: Final = (
    select(runs.c.dropped, sources.c.validators, sources.c.cursor)
    .join_from(runs, sources)
    .where(_IS_RUN, _IS_SOURCE)
)
_ADD_COUNTS: Final = (
    update(runs).where(_IS_RUN).values({n: runs.c[n] + bindparam(f"more_{n}") for n in _COUNTS})
)
_MOVE_CURSOR: Final = update(sources).where(_IS_SOURCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCounts:
    """Numbers of the posts of a page: fetched = known + edited + new + the sum of dropped.

    ``arrivals`` are the posts that the source listed for the first time, stored or not.
    """

    fetched: int
    known: int
    edited: int
    new: int
    arrivals: int
    dropped: Mapping[str, int]


def record_page(tx: Connection, page: CrawledPage, *, now: datetime) -> PageCounts:
    """Store one page, its counts and the cursor of its source; return the counts.

    Storing it again changes no mention except ``last_seen``. A mention in whose place the page has
    a placeholder becomes deleted.

    Mentions are written first, in the order of ids, then the other tables one by one, and the
    change numbers last, so that two writers cannot deadlock. Repeats of a mention on the page
    count as known.

    Raises:
        NoResultFound: the run or the source is not stored.
    """
    existing_ids = rows.existing_ids(tx, page.posts)
    posts, dropped_posts = _partition(page, existing_ids)
    ids = [p.id for p in posts]
    dates = new_dates(tx, page, existing_ids, now)
    new_ids = rows.insert_mentions(tx, [p for p in posts if p.id not in existing_ids], dates, now)
    locked_rows, replaced_rows = _lock_rows(tx, set(ids) - new_ids, page.dropped)
    edited_posts = [
        p for p in posts if p.id in locked_rows and locked_rows[p.id].text_sha256 != p.text_sha256
    ]
    restored_ids = undelete(tx, locked_rows.values())
    deleted_ids = delete(tx, replaced_rows)
    revision_by_id = {p.id: locked_rows[p.id].revision + 1 for p in edited_posts}
    replaced_keys = rows.text_keys(tx, revision_by_id.keys())
    rows.edit_mentions(tx, edited_posts, locked_rows, revision_by_id, now)
    dated_ids = fill_dates(tx, posts, locked_rows, now)
    new_texts = [p for p in posts if p.id in new_ids] + edited_posts
    rows.insert_revisions(tx, new_texts, revision_by_id, now)
    role_ids = update_author_roles(tx, posts)
    rows.insert_origins(tx, new_texts, now)
    regrouped_ids = rows.place_texts(tx, new_texts, replaced_keys)
    record_engagement(tx, posts, new_ids, now)
    new_match_ids = rows.record_matches(tx, posts, new_ids)
    new_sighting_ids = rows.record_sightings(tx, page.source, ids, new_ids, now)
    known_ids = skipped_ids(tx, page.source, new_sighting_ids)
    new_skipped_count = insert_skipped(tx, page.source, dropped_posts, now)
    counts = _page_counts(
        page,
        dropped_posts,
        edit_count=len(edited_posts),
        new_count=len(new_ids),
        arrivals=len(new_sighting_ids - known_ids) + new_skipped_count,
    )
    _update_run_and_source(tx, page, counts)
    append_changes(
        tx,
        new_ids
        | revision_by_id.keys()
        | restored_ids
        | deleted_ids
        | dated_ids
        | new_match_ids
        | new_sighting_ids
        | role_ids
        | regrouped_ids,
    )
    return counts


def _lock_rows(
    tx: Connection, ids: Collection[str], dropped_posts: Sequence[DroppedPost]
) -> tuple[dict[str, Row[Any]], list[Row[Any]]]:
    """Lock the mentions *ids*, and those in whose place a placeholder stands; return both."""
    replaced_ids = {post.id for post in dropped_posts if post.reason == DropReason.DELETED}
    locked_rows = lock(tx, replaced_ids.union(ids))
    replaced_rows = [locked_rows.pop(i) for i in replaced_ids & locked_rows.keys()]
    return locked_rows, replaced_rows


def _partition(
    page: CrawledPage, existing_ids: Collection[str]
) -> tuple[list[CrawledPost], list[DroppedPost]]:
    """Split *page* into the posts to write, by id and each once, and the dropped posts.

    A post that no watch matches is written only if an older text of it is stored: words that their
    author took back must not stay.
    """
    by_id = {p.id: p for p in page.posts if p.matches or p.id in existing_ids}
    unmatched_posts = [
        DroppedPost(id=p.id, reason=DropReason.UNMATCHED) for p in page.posts if p.id not in by_id
    ]
    return [by_id[i] for i in sorted(by_id)], [*page.dropped, *unmatched_posts]


def _page_counts(
    page: CrawledPage,
    dropped_posts: Sequence[DroppedPost],
    *,
    edit_count: int,
    new_count: int,
    arrivals: int,
) -> PageCounts:
    post_count = len(page.posts) + len(page.dropped)
    return PageCounts(
        fetched=post_count + sum(page.row_drops.values()),
        known=post_count - len(dropped_posts) - edit_count - new_count,
        edited=edit_count,
        new=new_count,
        arrivals=arrivals,
        dropped=Counter(d.reason for d in dropped_posts) + Counter(page.row_drops),
    )


def _update_run_and_source(tx: Connection, page: CrawledPage, page_counts: PageCounts) -> None:
    """Add *page_counts* to the run; update the source's cursor and validators."""
    keys = {"of_run": page.run, "of_source": page.source}
    row = tx.execute(_RUN_AND_SOURCE, keys).one()
    dropped_counts = dict(Counter(row.dropped) + Counter(page_counts.dropped))
    increments = {f"more_{name}": getattr(page_counts, name) for name in _COUNTS}
    tx.execute(_ADD_COUNTS, {**keys, **increments, "dropped": dropped_counts})
    validators = {**row.validators, **page.validators}
    cursor = dict(row.cursor if page.cursor is None else page.cursor)
    tx.execute(_MOVE_CURSOR, {**keys, "validators": validators, "cursor": cursor})
