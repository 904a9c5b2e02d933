"""The parent of a run: the end of crawls, hanging children, and its start."""

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


class FixedClock(Clock):
    """Clock that is always at noon."""

    at = NOON

    def now(self):
        return self.at


@pytest.fixture
def run(sqlite_record, tmp_path):
    """Yield a Runtime that starts no process; its two sources are due."""
    with sqlite_record.write() as tx:
        watches.replace_from_file(tx, [watch()], [])
        add_sources(tx, "blog", "forum", at=NOON - timedelta(minutes=10))
    settings = Settings(state=tmp_path, record=sqlite_record.url)
    runtime = Runtime(settings, SettingsFile(tmp_path / "harken.yaml", {}), FixedClock())
    yield runtime
    runtime.database.close()


class StubCrawlProcess:
    """Crawl process that exits with *status*, or only when it is stopped."""

    def __init__(self, status, *, hangs=False):
        self.pid, self.status, self.returncode, self.signals = 1, status, None, []
        self.ended_event = asyncio.Event()
        if not hangs:
            self.ended_event.set()

    async def wait(self):
        await self.ended_event.wait()
        self.returncode = self.status
        return self.status

    def send_signal(self, number):
        self.signals.append(number)
        self.ended_event.set()


def finish_crawl(run, process, slugs=("blog",)):
    run.crawls.processes |= dict.fromkeys(slugs, process)
    with capture_logs() as logs:
        asyncio.run(run.crawls.finish("feed", slugs, process))
    return [line["event"] for line in logs]


def source(run, slug="blog"):
    with run.database.read() as tx:
        (row,) = sources.by_slug(tx, [slug])
    return row


def test_sources_of_a_finished_crawl_are_free(run):
    with run.database.write() as tx:
        runs.finish(tx, "run-blog", state="ok", reason=None, run_totals=runs.RunTotals(), now=NOON)
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOON)
        sources.schedule(tx, "blog", due=NOON + timedelta(minutes=15))
    assert finish_crawl(run, StubCrawlProcess(0)) == []
    assert run.crawls.processes == {}
    assert (source(run).state, source(run).due) == ("ok", NOON + timedelta(minutes=15))


def test_crashed_crawl_fails_its_sources_and_is_retried_soon(run):
    finish_crawl(run, StubCrawlProcess(-9))
    assert (source(run).state, source(run).reason) == ("failed", "the crawl process crashed")
    assert NOON < source(run).due <= NOON + timedelta(minutes=1)
    assert source(run, "forum").state == "new", "it was in another batch"


def test_sources_are_free_if_the_end_of_a_crawl_cannot_be_stored(run):
    """The database is unavailable for a moment; the sources are due and crawled again."""

    class Deaf:
        def write(self):
            raise TransientError("The database does not respond.")

    run.crawls._database = Deaf()
    assert finish_crawl(run, StubCrawlProcess(1)) == ["crawl.not_closed"]
    assert run.crawls.processes == {}


def test_crawl_after_its_deadline_is_stopped(run):
    run.crawls._settings = run.settings.model_copy(
        update={"crawl": run.settings.crawl.model_copy(update={"deadline": timedelta(0)})}
    )
    process = StubCrawlProcess(-15, hangs=True)
    assert finish_crawl(run, process) == ["crawl.overdue"]
    assert len(process.signals) == 1
    assert run.crawls.processes == {}


def test_source_edited_during_its_crawl_is_due_again(run):
    """Otherwise its new address would wait for a whole interval."""
    new = [
        {"slug": s, "kind": "feed", "options": {"url": f"http://{s}.example"}}
        for s in ("blog", "forum")
    ]
    process = StubCrawlProcess(0)
    run.crawls.processes |= {"blog": process}
    asyncio.run(run.crawls.use(run.settings.model_validate({"sources": new})))
    later = NOON + timedelta(hours=1)
    with run.database.write() as tx:
        for slug in ("blog", "forum"):
            sources.schedule(tx, slug, due=later)
        runs.finish(tx, "run-blog", state="ok", reason=None, run_totals=runs.RunTotals(), now=NOON)
    assert finish_crawl(run, process) == []
    assert source(run).due == NOON
    assert source(run, "forum").due == later, "it was not being crawled"
    with run.database.write() as tx:
        sources.schedule(tx, "blog", due=later)
    assert finish_crawl(run, process) == []
    assert source(run).due == later, "once is enough"


def kill_hanging_children(run, *beats):
    """Check the children; return the names of killed ones. A beat is (name, state, seconds ago)."""
    killed_names = []
    run.children = [
        SimpleNamespace(name=name, kill=lambda name=name: killed_names.append(name))
        for name in ("analyse", "analyse-2", "index")
    ]
    for name, state, ago in beats:
        at = NOON - timedelta(seconds=ago)
        Heartbeat(run.database, name, started_at=at).beat(at, state)
    asyncio.run(run._watch_children())
    return killed_names


def test_working_child_without_a_beat_is_killed(run):
    timeout_s = HANG_TIMEOUT.total_seconds() + 1
    assert kill_hanging_children(
        run, ("analyse", "working", timeout_s), ("index", "working", 5)
    ) == ["analyse"]


def test_starting_and_failing_children_are_not_killed(run):
    """Loading a model takes long; a failing process reports that and stops beating."""
    timeout_s = HANG_TIMEOUT.total_seconds() + 1
    assert (
        kill_hanging_children(
            run, ("analyse", "starting", timeout_s), ("index", "failing", timeout_s)
        )
        == []
    )


def test_child_that_hangs_again_after_a_restart_is_killed(run):
    """Its state stays failing until it finishes a step, which it never does."""
    timeout_s = HANG_TIMEOUT.total_seconds() + 1
    at = NOON - timedelta(seconds=timeout_s)
    Heartbeat(run.database, "analyse", started_at=at).beat(at, "failing", "killed")
    Heartbeat(run.database, "analyse", started_at=at).progress(at)
    assert kill_hanging_children(run) == ["analyse"]


def test_start_removes_processes_runs_and_leases_of_a_killed_run(run):
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


def test_command_lines_of_children(run, tmp_path):
    """They have no settings: every user of the machine can read a command line."""
    commands = {child.name: child.command for child in run.children}
    assert list(commands) == ["analyse", "analyse-2", "index"]
    for command in commands.values():
        assert {"--follow", "--child", "--config", "--state", "--offset"} <= set(command)
        assert str(tmp_path) in command, "the state folder"
        assert command[command.index("--config") + 1] == "-", "its settings come through a pipe"
    assert commands["analyse-2"][commands["analyse-2"].index("--name") + 1] == "analyse-2"


def test_public_console_is_refused_before_a_database_is_created(tmp_path):
    settings = Settings(state=tmp_path / "state", console={"host": "0.0.0.0"})
    with pytest.raises(ConfigError, match="is open to other machines"):
        Runtime(settings, SettingsFile(tmp_path / "harken.yaml", {}), Clock())
    assert not (tmp_path / "state").exists()


def test_failing_detection_is_the_state_of_the_parent(run):
    heartbeat = Heartbeat(run.database, "run", started_at=NOON)
    run._beat(heartbeat)
    run._alert_loop.last_error = "The index does not answer."
    run._beat(heartbeat)
    with run.database.read() as tx:
        (parent,) = processes.all_processes(tx)
    assert (parent.state, parent.reason) == ("failing", "The index does not answer.")
