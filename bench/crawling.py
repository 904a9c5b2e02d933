"""Crawling: our crawl child against a plain Scrapy spider; the same pages, whole processes."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from bench.rounds import against, per_second, rates
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


def crawl() -> dict[str, float]:
    """Posts a second of two processes that read the same sites of the demo, start included."""
    clock = Clock()
    corpus = generate(SEED, clock.now())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(corpus, folder / "corpus")
        with _site(folder / "corpus", clock) as base:
            peers = {
                "bare": partial(_plain, base, folder / "plain.json"),
                "ours": partial(_ours, base, corpus, clock),
            }
            return against("bare", "ours", rates(peers))


@contextmanager
def _site(corpus: Path, clock: Clock) -> Iterator[str]:
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


def _plain(base: str, out: Path) -> float:
    out.unlink(missing_ok=True)
    runs_a_second = per_second(
        1, lambda: _python("bench.plain_spider", base, INSTANCE, f"{FEED}/comments.xml", str(out))
    )
    return len(json.loads(out.read_text())) * runs_a_second


def _ours(base: str, corpus: Corpus, clock: Clock) -> float:
    with tempfile.TemporaryDirectory() as name:
        path = write_settings(
            Path(name), corpus, sites(corpus, base), smtp_port=1, console_port=1, index="tantivy"
        )
        settings = load(path, {})
        record = wiring.open_record(settings)
        seed(record, settings, now=clock.now())
        runs_a_second = per_second(
            1, lambda: _python("harken", "crawl", *SOURCES, "--config", str(path), "--child")
        )
        with record.read() as tx:
            fetched = sum(traffic.fetched for traffic in runs.traffic(tx).values())
        record.close()
        return fetched * runs_a_second


def _python(module: str, *arguments: str) -> None:
    command = [sys.executable, "-m", module, *arguments]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
