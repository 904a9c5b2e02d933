"""A reader that fetches the site like a crawl, by the links of its pages only."""

import json
import re

import pytest

NEXT = (r'<(?:atom:)?link rel="next" href="([^"]+)"', r'<a rel="next" href="([^"]+)"')
ENTRY = r"<entry>.*?<id>([^<]+)<"
THREAD = r'<a class="title" href="([^"]+)"'


class Reader:
    """A client that fetches each URL at one time and stores the responses."""

    def __init__(self, site, base, now):
        self.site, self.base, self.now = site, base, now
        self.responses = {}

    def get(self, url):
        path = url.removeprefix(self.base)
        response = self.site.respond(path, self.now)
        if response.status == 429:
            response = self.site.respond(path, self.now)
        if response.status == 301:
            return self.get(response.headers["location"])
        self.responses[path] = response
        return response.body.decode()

    def walk(self, url):
        """Yield all pages from *url* on, by their links to the next one."""
        body = self.get(url)
        yield body
        for pattern in NEXT:
            for link in re.findall(pattern, body):
                yield from self.walk(link.replace("&amp;", "&"))

    def feed(self, url):
        body = "".join(self.walk(url))
        return re.findall(r"<guid[^>]*>([^<]+)<", body) or re.findall(ENTRY, body)

    def forum(self, url):
        threads = [link for body in self.walk(url) for link in re.findall(THREAD, body)]
        pages = "".join(body for thread in threads for body in self.walk(thread))
        return re.findall(r'rel="bookmark" href="([^"]+)"', pages)

    def mastodon(self, url):
        uris, cursor = [], ""
        while rows := json.loads(self.get(f"{url}api/v1/timelines/public?limit=40{cursor}")):
            uris += [row["uri"] for row in rows]
            cursor = f"&max_id={rows[-1]['id']}"
        return uris


@pytest.fixture
def reader(site, base, start):
    return Reader(site, base, start)
