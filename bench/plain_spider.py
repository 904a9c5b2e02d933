"""The peer of the crawl benchmark: what one would write with Scrapy alone, into a JSON feed.

``python -m bench.plain_spider BASE INSTANCE FEED OUT`` reads a Mastodon timeline and an RSS feed to
their ends, and keeps of each post what a reader would ask for.
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
    """One timeline, one feed, all their pages."""

    name = "plain"

    def __init__(self, base: str, instance: str, feed: str) -> None:
        super().__init__()
        self._timeline = f"{base}/{instance}/api/v1/timelines/public?limit=40"
        self._feed = f"{base}/{feed}"

    async def start(self) -> AsyncIterator[Any]:
        """Both at once."""
        yield Request(self._timeline, self.parse_timeline)
        yield Request(self._feed, self.parse_feed)

    def parse_timeline(self, response: Response) -> Iterator[Any]:
        """The statuses of a page, and the next one."""
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
        """The entries of a page, and the next one."""
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
    """The words of *html*."""
    return " ".join(Selector(text=html or "<html/>", type="html").xpath("//text()").getall())


def main(base: str, instance: str, feed: str, out: str) -> None:
    """Crawl; the posts are a JSON array in the file *out*."""
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
