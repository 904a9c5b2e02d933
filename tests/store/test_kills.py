"""kill -9 at any moment and a restart result in the database of an undisturbed run."""

import multiprocessing
import random
import shutil
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import select, text

from core.crawl import CrawledPage
from store.analysis import queue
from store.analysis.verdicts import save_results
from store.crawl import sources
from store.crawl.pages import record_page
from store.database import Database
from store.tables import metadata
from tests.store.factories import (
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    dropped_post,
    page,
)

pytestmark = pytest.mark.slow

PAGES = 80
MINUTE = timedelta(minutes=1)
fork = multiprocessing.get_context("fork")  # a start takes milliseconds: kills can be frequent


def nth_page(k: int) -> CrawledPage:
    """Return eight posts of a pool of 40: many are known and some are edited."""
    dice = random.Random(k)
    posts = [
        crawled_post(f"m{n}", f"Wording {dice.randrange(3)}") for n in dice.sample(range(40), 8)
    ]
    return page(*posts, dropped_post(f"x{k}"), cursor={"page": k + 1}, validators={f"u{k % 5}": {}})


def work(url: str, progress: Connection) -> None:
    """Analyse, write the next page, and so on; the progress is stored in the database alone."""
    record = Database(url)
    with record.write() as tx:
        queue.release(tx, "w")  # the leases of a killed predecessor
        first = sources.by_slug(tx, ["blog"])[0].cursor.get("page", 0)
    for k in range(first, PAGES):
        analyse(record, k)
        with record.write() as tx:
            record_page(tx, nth_page(k), now=NOON + k * MINUTE)
        progress.send(k)
    analyse(record, PAGES)
    record.close()


def analyse(record: Database, k: int) -> None:
    now = NOON + k * MINUTE
    with record.write() as tx:
        pending = queue.lease(tx, "w", limit=99, now=now, lease_time=MINUTE)
    with record.write() as tx:
        results = [analysis_result(p.id, p.text, id=p.id) for p in pending]
        save_results(tx, results, now=now)


def start(url: str) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    ours, theirs = fork.Pipe(duplex=False)
    worker = fork.Process(target=work, args=(url, theirs))
    worker.start()
    theirs.close()
    return worker, ours


def kill_after(url: str, pages: int, seconds: float) -> None:
    """Kill a worker a moment after it has written so many pages."""
    worker, progress = start(url)
    for _ in range(pages):
        progress.recv()
    worker.join(seconds)
    worker.kill()
    worker.join()
    assert worker.exitcode == -9


def finish(url: str) -> dict[str, list[str]]:
    """Work to the end; return every row of every table."""
    worker, _ = start(url)
    worker.join(120)
    assert worker.exitcode == 0
    record = Database(url)
    with record.read() as tx:
        assert tx.execute(text("pragma integrity_check")).scalar() == "ok"
        rows = {t.name: sorted(map(repr, tx.execute(select(t)))) for t in metadata.sorted_tables}
    record.close()
    return rows


@pytest.fixture
def urls(sqlite_template: Path, tmp_path: Path) -> list[str]:
    """Return two databases with one source and one run."""
    database_urls = [
        f"sqlite:///{shutil.copy(sqlite_template, tmp_path / n)}" for n in ("killed", "undisturbed")
    ]
    for url in database_urls:
        record = Database(url)
        with record.write() as tx:
            add_sources(tx, "blog")
        record.close()
    return database_urls


@pytest.mark.parametrize("seed", [1, 2])
def test_ten_kills_do_not_change_the_result(urls, seed):
    killed_url, undisturbed_url = urls
    dice = random.Random(seed)
    for _ in range(10):
        kill_after(killed_url, pages=dice.randrange(4), seconds=dice.uniform(0, 0.015))
    assert finish(killed_url) == finish(undisturbed_url)
