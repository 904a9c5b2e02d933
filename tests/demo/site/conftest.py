"""A reader that walks the site as a crawl would, through nothing but addresses it was given."""

import json
import re

import pytest

NEXT = (r'<(?:atom:)?link rel="next" href="([^"]+)"', r'<a rel="next" href="([^"]+)"')
ENTRY = r"<entry>.*?<id>([^<]+)<"
THREAD = r'<a class="title" href="([^"]+)"'


class Reader:
    """Fetches each address once at one moment and keeps the answers."""

    def __init__(self, site, base, now):
        self.site, self.base, self.now = site, base, now
        self.answers = {}

    def get(self, url):
        path = url.removeprefix(self.base)
        answer = self.site.respond(path, self.now)
        if answer.status == 429:
            answer = self.site.respond(path, self.now)
        if answer.status == 301:
            return self.get(answer.headers["location"])
        self.answers[path] = answer
        return answer.body.decode()

    def walk(self, url):
        """All pages from *url* on, by their own links to the next one."""
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
        found, before = [], ""
        while rows := json.loads(self.get(f"{url}api/v1/timelines/public?limit=40{before}")):
            found += [row["uri"] for row in rows]
            before = f"&max_id={rows[-1]['id']}"
        return found


@pytest.fixture
def reader(site, base, started):
    return Reader(site, base, started)
