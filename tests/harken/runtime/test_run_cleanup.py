"""Parent of a run beside its schedule: ended crawls and hanging children."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest
from structlog.testing import capture_logs

from config.settings import Settings
from config.settings_file import SettingsFile
from core.errors import ConfigError, TransientError
from harken.clock import Clock
from harken.runtime.heartbeat import Heartbeat
from harken.runtime.run import HANG_TIMEOUT, Runtime
from store import processes, watches
from store.analysis import queue
from store.crawl import runs, sources
from tests.store.factories import NOON, add_sources, crawled_post, store_page, watch


class Stopped(Clock):
    """Clock that stands still until it is set."""

    at = NOON

    def now(self):
        return self.at


@pytest.fixture
def run(sqlite_record, tmp_path):
    """Run that starts no process; its two sources are due."""
    with sqlite_record.write() as tx:
        watches.replace_from_file(tx, [watch()], [])
        add_sources(tx, "blog", "forum", at=NOON - timedelta(minutes=10))
    settings = Settings(state=tmp_path, record=sqlite_record.url)
    made = Runtime(settings, SettingsFile(tmp_path / "harken.yaml", {}), Stopped())
    yield made
    made.database.close()


class Process:
    """Crawl process that exits with *status*, or only when it is stopped."""

    def __init__(self, status, *, hangs=False):
        self.pid, self.status, self.returncode, self.asked = 1, status, None, []
        self.over = asyncio.Event()
        if not hangs:
            self.over.set()

    async def wait(self):
        await self.over.wait()
        self.returncode = self.status
        return self.status

    def send_signal(self, number):
        self.asked.append(number)
        self.over.set()


def crawled(run, process, slugs=("blog",)):
    run.crawls.processes |= dict.fromkeys(slugs, process)
    with capture_logs() as logs:
        asyncio.run(run.crawls.finish("feed", slugs, process))
    return [line["event"] for line in logs]


def source(run, slug="blog"):
    with run.database.read() as tx:
        (row,) = sources.by_slug(tx, [slug])
    return row


def test_after_a_good_crawl_its_sources_are_free_for_the_next(run):
    with run.database.write() as tx:
        runs.finish(tx, "run-blog", state="ok", reason=None, run_totals=runs.RunTotals(), now=NOON)
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOON)
        sources.schedule(tx, "blog", due=NOON + timedelta(minutes=15))
    assert crawled(run, Process(0)) == []
    assert run.crawls.processes == {}
    assert (source(run).state, source(run).due) == ("ok", NOON + timedelta(minutes=15))


def test_a_crawl_that_died_is_told_at_its_sources_and_tried_again_soon(run):
    crawled(run, Process(-9))
    assert (source(run).state, source(run).reason) == ("failed", "the crawl process crashed")
    assert NOON < source(run).due <= NOON + timedelta(minutes=1)
    assert source(run, "forum").state == "new", "it was in another batch"


def test_a_crawl_whose_end_cannot_be_recorded_does_not_block_its_sources(run):
    """The database is unavailable for a moment; the sources are due and crawled again."""

    class Deaf:
        def write(self):
            raise TransientError("The database does not respond.")

    run.crawls._database = Deaf()
    assert crawled(run, Process(1)) == ["crawl.not_closed"]
    assert run.crawls.processes == {}


def test_a_crawl_beyond_its_deadline_is_stopped(run):
    run.crawls._settings = run.settings.model_copy(
        update={"crawl": run.settings.crawl.model_copy(update={"deadline": timedelta(0)})}
    )
    process = Process(-15, hangs=True)
    assert crawled(run, process) == ["crawl.overdue"]
    assert len(process.asked) == 1
    assert run.crawls.processes == {}


def test_a_source_that_was_edited_during_its_crawl_is_crawled_again_at_once(run):
    """Otherwise its new address would wait for a whole interval."""
    new = [
        {"slug": s, "kind": "feed", "options": {"url": f"http://{s}.example"}}
        for s in ("blog", "forum")
    ]
    process = Process(0)
    run.crawls.processes |= {"blog": process}
    asyncio.run(run.crawls.use(run.settings.model_validate({"sources": new})))
    later = NOON + timedelta(hours=1)
    with run.database.write() as tx:
        for slug in ("blog", "forum"):
            sources.schedule(tx, slug, due=later)
        runs.finish(tx, "run-blog", state="ok", reason=None, run_totals=runs.RunTotals(), now=NOON)
    assert crawled(run, process) == []
    assert source(run).due == NOON
    assert source(run, "forum").due == later, "it was not being crawled"
    with run.database.write() as tx:
        sources.schedule(tx, "blog", due=later)
    assert crawled(run, process) == []
    assert source(run).due == later, "once is enough"


def watched(run, *beats):
    """Return the killed children; each of *beats* is (name, state, seconds ago)."""
    killed = []
    run.children = [
        SimpleNamespace(name=name, kill=lambda name=name: killed.append(name))
        for name in ("analyse", "analyse-2", "index")
    ]
    for name, state, ago in beats:
        at = NOON - timedelta(seconds=ago)
        Heartbeat(run.database, name, started_at=at).beat(at, state)
    asyncio.run(run._watch_children())
    return killed


def test_only_a_child_that_worked_and_is_still_now_is_killed(run):
    hung = HANG_TIMEOUT.total_seconds() + 1
    assert watched(run, ("analyse", "working", hung), ("index", "working", 5)) == ["analyse"]


def test_one_that_starts_or_fails_aloud_is_left_alone(run):
    """Loading a model takes long; a failing process reports that and stops beating."""
    hung = HANG_TIMEOUT.total_seconds() + 1
    assert watched(run, ("analyse", "starting", hung), ("index", "failing", hung)) == []


def test_what_a_killed_run_left_is_taken_back_before_anything_starts(run):
    store_page(run.database, crawled_post("a"))
    with run.database.write() as tx:
        assert queue.lease(tx, "analyse", limit=9, now=NOON, lease_time=timedelta(hours=9))
    for name in ("analyse", "index"):
        Heartbeat(run.database, name, started_at=NOON).beat(NOON)
    run._prepare()
    with run.database.write() as tx:
        assert processes.all_processes(tx) == []
        assert runs.close_orphaned(tx, now=NOON) == []
        assert len(queue.lease(tx, "analyse", limit=9, now=NOON, lease_time=timedelta(0))) == 1


def test_a_child_is_called_with_all_that_it_needs(run, tmp_path):
    """No setting is passed: every user can read a password on a command line."""
    commands = {child.name: child.command for child in run.children}
    assert list(commands) == ["analyse", "analyse-2", "index"]
    for command in commands.values():
        assert {"--follow", "--child", "--config", "--state", "--offset"} <= set(command)
        assert str(tmp_path) in command, "the state folder"
        assert command[command.index("--config") + 1] == "-", "its settings come through a pipe"
    assert commands["analyse-2"][commands["analyse-2"].index("--name") + 1] == "analyse-2"


def test_a_console_that_others_could_reach_is_refused_before_a_record_is_made(tmp_path):
    settings = Settings(state=tmp_path / "state", console={"host": "0.0.0.0"})
    with pytest.raises(ConfigError, match="is open to other machines"):
        Runtime(settings, SettingsFile(tmp_path / "harken.yaml", {}), Clock())
    assert not (tmp_path / "state").exists()


def test_a_failing_detection_is_no_working_schedule(run):
    heart = Heartbeat(run.database, "run", started_at=NOON)
    run._beat(heart)
    run._alert_loop.last_error = "The index does not answer."
    run._beat(heart)
    with run.database.read() as tx:
        (parent,) = processes.all_processes(tx)
    assert (parent.state, parent.reason) == ("failing", "The index does not answer.")
