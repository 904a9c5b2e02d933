"""The sources of harken.yaml for the sites of a corpus."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal

from demo.corpus import BROKEN, PRIVATE
from demo.corpus_model import Corpus
from demo.timeline import FEED_KINDS, board_slugs, comments_of

SourceKind = Literal["feed", "forum", "mastodon"]
SourceState = Literal["ok", "forbidden", "broken"]

MARGIN_D: Final = 2  # days that a first crawl goes back beyond the oldest line


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSource:
    """One source of harken.yaml and the state that it should reach."""

    slug: str
    kind: SourceKind
    options: Mapping[str, Any] = field(default_factory=dict)
    state: SourceState = "ok"


def site_sources(corpus: Corpus, base: str) -> list[SiteSource]:
    """Return the sources of *corpus* if a site serves it at *base*.

    A blog is two sources, articles and comments. The first blog has its old address, which answers
    with a redirect. The forbidden and the broken feed are always included.
    """
    days = _days_back(corpus)
    return [
        *_readable_sources(corpus, base, days),
        _source(PRIVATE, "feed", f"{base}/{PRIVATE}/feed.xml", days, "forbidden"),
        _source(BROKEN, "feed", f"{base}/{BROKEN}/feed.xml", days, "broken"),
    ]


def _readable_sources(corpus: Corpus, base: str, days: int) -> Iterator[SiteSource]:
    feed = "rss"  # the old name; each blog after the first has the new one
    for (_, kind), slug in board_slugs(corpus.lines).items():
        site_url = f"{base}/{slug}/"
        if slug in (PRIVATE, BROKEN):
            continue
        if kind in FEED_KINDS:
            yield _source(slug, "feed", site_url + feed, days)
            yield _source(comments_of(slug), "feed", f"{site_url}comments.xml", days)
            feed = "feed.xml"
        else:
            yield _source(slug, "forum" if kind == "forum" else "mastodon", site_url, days)


def _source(
    slug: str, kind: SourceKind, url: str, days: int, state: SourceState = "ok"
) -> SiteSource:
    options = {"url": url, "backfill_days": days}
    return SiteSource(slug=slug, kind=kind, options=options, state=state)


def _days_back(corpus: Corpus) -> int:
    oldest = min((line.offset_s for line in corpus.lines), default=0)
    return timedelta(seconds=max(0, -oldest)).days + MARGIN_D
