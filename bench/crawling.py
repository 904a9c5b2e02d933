"""Crawling: our crawl child against a plain Scrapy spider; the same pages, whole processes."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.rounds import against, rates
from config.load import load
from core.errors import HarkenError
from core.instants import iso
from harken import wiring
from harken.clock import Clock
from harken.demo.corpus import Corpus, generate, write
from harken.demo.site.sources import sites
from harken.demo.stage import write_settings
from harken.seed import seed
from store import runs

SEED: Final = 1
INSTANCE: Final = "velosocial"  # a timeline of 1,500 posts
FEED: Final = "pedalpost"  # a blog; its comments are a feed of 400
SOURCES: Final = (INSTANCE, f"{FEED}-comments")


@dataclass(frozen=True, slots=True)
class Lap:
    """One crawl by a process of its own."""

    posts: int
    seconds: float  # from the start of the process to its end

    @property
    def rate(self) -> float:
        """Posts a second."""
        return self.posts / self.seconds


def crawl() -> dict[str, float]:
    """Posts a second of two processes that read the same pages of the demo's site.

    Raises:
        HarkenError: they did not find the same number of posts.
    """
    clock = Clock()
    corpus = generate(SEED, clock.now())
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(corpus, folder)
        with site(folder, clock) as base:
            plain, our = partial(plain_lap, base), partial(our_lap, base, corpus, clock)
            found, known = plain().posts, our().posts
            if found != known:
                raise HarkenError(f"the plain spider found {found} posts, our crawl {known}")
            found_rates = rates({"bare": lambda: plain().rate, "ours": lambda: our().rate})
            return against("bare", "ours", found_rates)


def plain_lap(base: str) -> Lap:
    """The plain spider, into a JSON feed."""
    with TemporaryDirectory() as name:
        out = Path(name) / "posts.json"
        arguments = [base, INSTANCE, f"{FEED}/comments.xml", str(out)]
        seconds = _seconds("bench.plain_spider", *arguments)
        return Lap(len(json.loads(out.read_text())), seconds)


def our_lap(base: str, corpus: Corpus, clock: Clock) -> Lap:
    """Our crawl child, into a record that knows its sources, as `harken run` starts it."""
    with TemporaryDirectory() as name:
        path = write_settings(
            Path(name), corpus, sites(corpus, base), smtp_port=1, console_port=1, index="tantivy"
        )
        settings = load(path, {})
        record = wiring.open_record(settings)
        seed(record, settings, now=clock.now())
        seconds = _seconds("harken", "crawl", *SOURCES, "--config", str(path), "--child")
        with record.read() as tx:
            fetched = sum(traffic.fetched for traffic in runs.traffic(tx).values())
        record.close()
        return Lap(fetched, seconds)


@contextmanager
def site(corpus: Path, clock: Clock) -> Iterator[str]:
    """The address of a replay site that stands still: nothing new is published."""
    started = str(iso(clock.now()))
    command = [sys.executable, "-m", "harken.demo.site"]
    options = ["--corpus", str(corpus), "--started", started]
    site = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    assert site.stdout is not None
    try:
        said = site.stdout.readline().split()
        if said[:1] != ["ready"]:
            raise HarkenError("the replay site did not start; its words stand above")
        yield f"http://127.0.0.1:{said[1]}"
    finally:
        site.terminate()
        site.wait(10)


def _seconds(module: str, *arguments: str) -> float:
    command = [sys.executable, "-m", module, *arguments]
    began = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began
