"""Crawling: our crawl child against a plain Scrapy spider; same pages, whole processes."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.speed.rounds import rates, with_ratio
from config.load import load
from core.errors import HarkenError
from core.timestamps import format_utc
from demo.corpus import Corpus, Line, generate, write
from demo.site.sources import site_sources
from demo.workspace import write_settings
from harken import wiring
from harken.clock import Clock
from harken.settings_sync import sync_settings
from store.crawl import runs

SEEDS: Final = range(1, 11)  # several: a crawl of one market is mostly the start of its process
INSTANCE: Final = "velosocial"  # a timeline of 15,000 posts
FEED: Final = "pedalpost"  # a blog; its comments are a feed of 3,500
SOURCES: Final = (INSTANCE, f"{FEED}-comments")


@dataclass(frozen=True, slots=True)
class Lap:
    """One crawl in a process of its own."""

    posts: int
    seconds: float  # from the start of the process to its end

    @property
    def rate(self) -> float:
        """Posts a second."""
        return self.posts / self.seconds


def crawl() -> dict[str, float]:
    """Return posts a second of both spiders on the same pages of the demo's site.

    Raises:
        HarkenError: their numbers of posts differ.
    """
    clock = Clock()
    corpus = markets(SEEDS, clock.now())
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(corpus, folder)
        with site(folder, clock) as base:
            plain, our = partial(plain_lap, base), partial(our_lap, base, corpus, clock)
            theirs, ours = plain().posts, our().posts  # also a warm-up of caches
            if theirs != ours:
                raise HarkenError(f"the plain spider found {theirs} posts, our crawl {ours}")
            peers = {"bare": lambda: plain().rate, "ours": lambda: our().rate}
            return with_ratio("bare", "ours", rates(peers))


def markets(seeds: Iterable[int], now: datetime) -> Corpus:
    """Return the posts of all *seeds* up to *now* as one corpus, without later ones."""
    corpora = [generate(seed, now) for seed in seeds]
    lines: list[Line] = []
    for corpus in corpora:
        first_number = len(lines)
        past = [line for line in corpus.lines if line.offset_s <= 0]  # a prefix: oldest first
        lines += [
            line if line.parent is None else replace(line, parent=line.parent + first_number)
            for line in past
        ]
    return replace(corpora[0], lines=tuple(lines))


def plain_lap(base: str) -> Lap:
    """Run the plain spider into a JSON feed."""
    with TemporaryDirectory() as name:
        out = Path(name) / "posts.json"
        seconds = python("bench.speed.plain_spider", base, INSTANCE, f"{FEED}/comments.xml", out)
        return Lap(len(json.loads(out.read_text())), seconds)


def our_lap(base: str, corpus: Corpus, clock: Clock) -> Lap:
    """Run our crawl child as `harken run` starts it, into a database that has its sources."""
    with TemporaryDirectory() as name:
        path = write_settings(
            Path(name),
            corpus,
            site_sources(corpus, base),
            smtp_port=1,
            console_port=1,
            index="tantivy",
        )
        settings = load(path, {})
        database = wiring.open_database(settings)
        sync_settings(database, settings, now=clock.now())
        seconds = python("harken", "crawl", *SOURCES, "--config", path, "--child")
        with database.read() as tx:
            post_count = sum(traffic.fetched for traffic in runs.totals(tx).values())
        database.close()
        return Lap(post_count, seconds)


@contextmanager
def site(corpus: Path, clock: Clock) -> Iterator[str]:
    """Yield the address of a replay site of *corpus*."""
    started_at = str(format_utc(clock.now()))
    command = [sys.executable, "-m", "demo.site"]
    options = ["--corpus", str(corpus), "--started", started_at, "--until-stdin-closes"]
    process = subprocess.Popen(
        [*command, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        ready_line = process.stdout.readline().split()
        if ready_line[:1] != ["ready"]:
            raise HarkenError("the replay site did not start; see the messages above")
        yield f"http://127.0.0.1:{ready_line[1]}"
    finally:
        process.terminate()
        process.wait(10)


def python(module: str, *arguments: object) -> float:
    """Run *module* in a process of its own; return its seconds."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    began = time.perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began
