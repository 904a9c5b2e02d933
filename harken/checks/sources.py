"""Checks of the sources: they answer, have posts, and the watches match some of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from config.settings import Settings, SourceSettings
from console.middleware import is_loopback
from core.errors import HarkenError
from crawlers.urls import host, redact_url
from harken import wiring
from harken.checks.result import CheckResult, warning
from harken.checks.samples import SourceSample, fetch_samples
from harken.clock import Clock
from harken.pipeline.crawl import source_options
from harken.plural import plural
from harken.settings_sync import watch_values
from indexer.percolate import Percolator
from store.crawl import host_pauses

_PAUSED: Final = "waiting"  # state of a source whose host asks for a pause


def check_sources(settings: Settings, clock: Clock) -> Iterator[CheckResult]:
    """Fetch each source once; yield a result for each, and warnings of watches without a match.

    Nothing is stored.
    """
    try:
        samples = fetch_samples(settings, clock, _paused_hosts(settings, clock.now()))
    except HarkenError as error:
        yield CheckResult(what="sources", ok=False, told=str(error))
        return
    match = Percolator(watch_values(settings)).match
    matched_slugs: set[str] = set()
    for source in settings.sources:
        sample = samples[source.slug]
        matches = [match(post.text) for post in sample.posts]
        matched_slugs.update(*matches)
        yield _source_result(source, sample, sum(map(bool, matches)))
    post_count = sum(len(sample.posts) for sample in samples.values())
    if post_count:
        idle_slugs = [w.slug for w in settings.watches if w.slug not in matched_slugs]
        yield from _idle_watches(idle_slugs, post_count)


def _idle_watches(slugs: Sequence[str], post_count: int) -> Iterator[CheckResult]:
    """Yield a warning for each watch of *slugs*, which match none of the posts."""
    message = f"its query matches none of the {plural(post_count, 'post')} fetched now"
    for slug in slugs:
        yield warning(f"watch {slug}", message)


def _source_result(source: SourceSettings, sample: SourceSample, matches: int) -> CheckResult:
    what = f"source {source.slug}"
    if sample.state == _PAUSED:
        return warning(what, f"not fetched: {sample.reason}")
    if sample.reason:
        return CheckResult(what=what, ok=False, told=_failure(source, sample.reason))
    dates = [post.published for post in sample.posts if post.published]
    newest = max(dates, default=None)
    parts = [plural(len(sample.posts), "post"), plural(matches, "match", "matches")]
    if undated := len(sample.posts) - len(dates):
        parts.append(f"{undated:,} without a readable date")
    if newest:
        parts.insert(1, f"newest {newest:%Y-%m-%d %H:%M} UTC")
    return CheckResult(
        what=what,
        ok=True,
        told=f"{source.kind}: {', '.join(parts)}",
        warning=not dates,
        posts=len(sample.posts),
        newest=newest,
        matches=matches,
    )


def _failure(source: SourceSettings, reason: str) -> str:
    """Return *reason* with a remedy, unless it contains one."""
    if " set " in reason or "robots.txt" in reason:
        return reason
    url = redact_url(source_options(source).url)
    if not source.allow_loopback and is_loopback(host(url)):
        return f"{reason}; for loopback set allow_loopback: true"
    return f"{reason}. Open {url} in a browser and correct options.url, or try again later"


def _paused_hosts(settings: Settings, now: datetime) -> Mapping[str, datetime]:
    """Return the hosts that asked an earlier crawl for a pause; none if there is no database."""
    try:
        with wiring.open_database(settings).read() as tx:
            return host_pauses.paused_hosts(tx, now=now)
    except HarkenError:
        return {}
