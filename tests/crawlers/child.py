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


class PrintingSink:
    """A sink that prints its events; it is slow and raises errors as the batch demands."""

    def __init__(self, broken_source, slow):
        self.broken_source = broken_source
        self.slow = slow

    def on_page(self, job, page, fetched_page):
        if job.source == self.broken_source:
            raise OSError("the disk of a test is full")
        sleep(self.slow)
        facts = {"uris": [p.uri for p in page.posts], "cursor": page.cursor}
        validators = {url: dict(values) for url, values in fetched_page.validators.items()}
        emit("page", job, url=fetched_page.url, validators=validators, **facts)

    def not_modified(self, job, url):
        emit("not_modified", job, url=url)

    def on_finished(self, job, outcome):
        facts = {name: getattr(outcome, name) for name in outcome.__slots__}
        emit("ended", job, **facts)


def emit(event, job, **facts):
    line = {"event": event, "source": job.source, **facts}
    sys.stdout.write(json.dumps(line, default=str) + "\n")


def clock():
    """Return a clock that starts at STARTED and runs on."""
    start = monotonic()
    return lambda: STARTED + timedelta(seconds=monotonic() - start)


def make_job(row):
    row["options"] = load("crawlers.sources", row["kind"], Source).Options(**row["options"])
    return CrawlJob(run="run", **row)


if __name__ == "__main__":
    batch = json.load(sys.stdin)
    closed = {p: STARTED + timedelta(seconds=s) for p, s in batch.pop("closed", {}).items()}
    settings = SpiderSettings(user_agent="Harken", paused_hosts=closed, **batch.pop("settings", {}))
    jobs = [make_job(row) for row in batch["assignments"]]
    sink = PrintingSink(batch.get("broken"), batch.get("slow", 0))
    crawl(jobs, sink, settings=settings, now=clock())
