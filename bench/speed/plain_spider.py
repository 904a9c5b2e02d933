"""The peer of the crawl benchmark: a plain Scrapy spider that writes a JSON feed.

``python -m bench.speed.plain_spider BASE INSTANCE FEED OUT`` reads a Mastodon timeline and
an RSS feed to their ends, and stores the main fields of each post.
"""

import json
import re
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from parsel import Selector
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

CONCURRENCY: Final = 16  # requests at once, as in our crawl
NEXT: Final = re.compile(r'<([^>]+)>; rel="next"')
ATOM: Final = {"atom": "http://www.w3.org/2005/Atom"}
CREATOR: Final = "*[local-name() = 'creator']/text()"


class PlainSpider(Spider):
    """A spider of one timeline and one feed, with all their pages."""

    name = "plain"

    def __init__(self, base: str, instance: str, feed: str) -> None:
        super().__init__()
        self._timeline = f"{base}/{instance}/api/v1/timelines/public?limit=40"
        self._feed = f"{base}/{feed}"

    async def start(self) -> AsyncIterator[Any]:
        """Yield the first request of each."""
        yield Request(self._timeline, self.parse_timeline)
        yield Request(self._feed, self.parse_feed)

    def parse_timeline(self, response: Response) -> Iterator[Any]:
        """Yield the statuses of a page, then the request of the next page."""
        for status in json.loads(response.body):
            yield {
                "url": status["url"],
                "author": status["account"]["acct"],
                "published": status["created_at"],
                "language": status["language"],
                "text": plain_text(status["content"]),
            }
        link = (response.headers.get("link") or b"").decode()
        if next_link := NEXT.search(link):
            yield Request(next_link[1], self.parse_timeline)

    def parse_feed(self, response: Response) -> Iterator[Any]:
        """Yield the entries of a page, then the request of the next page."""
        for entry in response.xpath("//item"):
            yield {
                "url": entry.xpath("link/text()").get(),
                "author": entry.xpath(CREATOR).get(),
                "published": entry.xpath("pubDate/text()").get(),
                "text": plain_text(entry.xpath("description/text()").get() or ""),
            }
        older = response.xpath("//atom:link[@rel='next']/@href", namespaces=ATOM).get()
        if older:
            yield Request(older, self.parse_feed)


def plain_text(html: str) -> str:
    """Return the text of *html*, with its parts joined by spaces."""
    return " ".join(Selector(text=html or "<html/>", type="html").xpath("//text()").getall())


def main(base: str, instance: str, feed: str, out: str) -> None:
    """Crawl; write the posts as a JSON array to the file *out*."""
    process = CrawlerProcess(
        {
            "FEEDS": {out: {"format": "json"}},
            "CONCURRENT_REQUESTS": CONCURRENCY,
            "CONCURRENT_REQUESTS_PER_DOMAIN": CONCURRENCY,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": True,
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    process.crawl(PlainSpider, base, instance, feed)
    process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
