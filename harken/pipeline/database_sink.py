"""Sink that stores what a crawl fetches."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import Connection

from config.settings import Settings
from core.coverage import OVERRUN
from core.crawl import NAMED_DROPS, CrawledPage, CrawledPost, Post
from core.plugins import load
from crawlers.filtering import count_row_drops, filter_posts
from crawlers.job import CrawlJob, CrawlOutcome, FetchedPage
from crawlers.source import ParsedPage, Source
from harken import wiring
from harken.clock import Clock
from harken.old_texts import place_old_texts
from harken.own_posts import OwnPosts
from harken.pipeline.progress import NO_PROGRESS, Progress
from nlp.text.duplicates import fold
from store import watches
from store.crawl import gaps, host_pauses, runs, sources
from store.crawl.deletions import apply_listing
from store.crawl.own_posts import PostOrigin, is_reply
from store.crawl.pages import record_page
from store.crawl.runs import RunTotals
from store.database import Database

log = structlog.get_logger()

OLD_BATCHES: Final = 10  # batches of old texts to place after each crawl: about a second
MIN_OVERRUN: Final = 2  # posts: a feed of its newest post alone never overlaps
MAX_BACKOFF: Final = 8  # intervals at most between two attempts of a source that fails


class DatabaseSink:
    """Sink of a crawl: filters each page and stores it in one transaction."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: Clock,
        progress: Progress = NO_PROGRESS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._progress = progress
        with database.write() as tx:
            self._voice = wiring.pseudonym(tx, settings.state)
            active_watches = watches.active_watches(tx)
        self._match = _post_matcher(wiring.matcher(database))
        self._intervals = {s.slug: s.every for s in settings.sources}
        days = max((w.retention_days for w in active_watches), default=0)
        self._retention = timedelta(days=days)
        self._own_posts = OwnPosts(active_watches, self._voice)
        self._owned_slugs = {s.slug for s in settings.sources if s.owned}

    def on_page(self, job: CrawlJob, page: ParsedPage, fetched_page: FetchedPage) -> None:
        """Store the posts, listing, cursor and validators of *page* in one transaction."""
        now = self._clock.now()
        crawled_posts, dropped_posts = filter_posts(
            page.posts,
            match=self._match,
            voice=self._voice,
            fold=fold,
            oldest=now - self._retention,
        )
        crawled_page = CrawledPage(
            source=job.source,
            run=job.run,
            posts=tuple(self._with_owners(p, job.source) for p in crawled_posts),
            dropped=tuple(dropped_posts),
            row_drops=Counter(page.row_drops) + Counter(count_row_drops(page.posts)),
            cursor=page.cursor,
            validators=fetched_page.validators,
            is_newest_first=page.is_newest_first,
        )
        with self._database.write() as tx:
            record_page(tx, crawled_page, now=now)
            if page.listing:
                apply_listing(tx, job.source, page.listing, now=now)

    def _with_owners(self, crawled_post: CrawledPost, source: str) -> CrawledPost:
        """Return *crawled_post* with the watches whose own account wrote it."""
        post = crawled_post.post
        origin = PostOrigin(
            platform=post.platform,
            voice=crawled_post.voice,
            url=post.url,
            is_reply=is_reply(post.parent, post.url),
            is_owned_source=source in self._owned_slugs,
        )
        owners = self._own_posts.owners_of(origin, crawled_post.matches.keys())
        return replace(crawled_post, brand_of=owners) if owners else crawled_post

    def not_modified(self, job: CrawlJob, url: str) -> None:
        """Do nothing: there is nothing to store, and the end of the run counts the 304."""

    def on_finished(self, job: CrawlJob, outcome: CrawlOutcome) -> None:
        """Close the run, store the state of its source, and schedule the source again.

        Each failure in a row doubles the interval, up to ``MAX_BACKOFF`` intervals. Some texts that
        an older Harken stored are placed in families.
        """
        now = self._clock.now()
        run_totals = RunTotals(
            requests=outcome.requests, bytes=outcome.bytes, not_modified=outcome.not_modified
        )
        slug, state, reason = job.source, outcome.state, outcome.reason
        interval = self._intervals.get(slug, timedelta(minutes=15))
        with self._database.write() as tx:
            if state == "ok":
                _store_overrun(tx, job, now)
            runs.finish(tx, job.run, state=state, reason=reason, run_totals=run_totals, now=now)
            failures = sources.record_outcome(tx, slug, state=state, reason=reason, now=now)
            due = now + interval * min(2 ** max(failures - 1, 0), MAX_BACKOFF)
            sources.schedule(tx, slug, due=max(due, outcome.retry_at or due))
            if outcome.host and outcome.retry_at:
                host_pauses.pause(tx, outcome.host, until=outcome.retry_at)
            if outcome.new_url:
                sources.update_url(tx, slug, outcome.new_url)
            counts = runs.counts(tx, job.run)
        place_old_texts(self._database, self._clock, batches=OLD_BATCHES)
        log.info("crawl.ended", source=slug, state=state, reason=reason, **counts)
        self._progress.advance(1)


def _store_overrun(tx: Connection, job: CrawlJob, now: datetime) -> None:
    """Store a gap if the source listed new posts alone, though its pages overlap as a rule."""
    if not load("crawlers.sources", job.kind, Source).lists_known_posts:
        return
    counts = runs.counts(tx, job.run)
    nameless = sum(n for reason, n in counts["dropped"].items() if reason not in NAMED_DROPS)
    is_overrun = MIN_OVERRUN <= counts["arrivals"] == counts["fetched"] - nameless
    for source in sources.by_slug(tx, [job.source]) if is_overrun else ():
        if source.backfilled is not None and source.last_ok is not None:
            gaps.add_gap(tx, job.source, since=source.last_ok, until=now, reason=OVERRUN)


def _post_matcher(
    match: Callable[[str], Mapping[str, str]],
) -> Callable[[str, Post], Mapping[str, str]]:
    return lambda text, _: match(text)
