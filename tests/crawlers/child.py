"""A crawl child for tests: a JSON batch on stdin, one JSON event a line on stdout."""

import json
import sys
from datetime import datetime, timedelta
from time import monotonic, sleep

from core.plugins import load
from crawlers.job import CrawlJob, SpiderSettings
from crawlers.source import Source
from crawlers.spider import crawl

STARTED = datetime.fromisoformat("2026-11-22T06:00:00+00:00")


class Told:
    """A sink that prints what it hears, takes its time, and breaks where the batch says so."""

    def __init__(self, broken, slow):
        self.broken = broken
        self.slow = slow

    def on_page(self, assignment, page, fetched):
        if assignment.source == self.broken:
            raise OSError("the disk of a test is full")
        sleep(self.slow)
        told = {"uris": [p.uri for p in page.posts], "cursor": page.cursor}
        validators = {url: dict(kept) for url, kept in fetched.validators.items()}
        tell("page", assignment, url=fetched.url, validators=validators, **told)

    def not_modified(self, assignment, url):
        tell("not_modified", assignment, url=url)

    def on_finished(self, assignment, outcome):
        told = {name: getattr(outcome, name) for name in outcome.__slots__}
        tell("ended", assignment, **told)


def tell(event, assignment, **facts):
    line = {"event": event, "source": assignment.source, **facts}
    sys.stdout.write(json.dumps(line, default=str) + "\n")


def clock():
    """Starts at STARTED and runs on."""
    start = monotonic()
    return lambda: STARTED + timedelta(seconds=monotonic() - start)


def assignment(row):
    row["options"] = load("crawlers.sources", row["kind"], Source).Options(**row["options"])
    return CrawlJob(run="run", **row)


if __name__ == "__main__":
    batch = json.load(sys.stdin)
    closed = {p: STARTED + timedelta(seconds=s) for p, s in batch.pop("closed", {}).items()}
    settings = SpiderSettings(user_agent="Harken", paused_hosts=closed, **batch.pop("settings", {}))
    assignments = [assignment(row) for row in batch["assignments"]]
    sink = Told(batch.get("broken"), batch.get("slow", 0))
    crawl(assignments, sink, settings=settings, now=clock())
