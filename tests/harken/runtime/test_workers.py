"""Steps in a loop: a failure is reported and retried; a one-off step leaves no heartbeat."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from config.settings import Settings
from core.errors import ConfigError, TransientError
from core.watch import Topic
from harken.clock import Clock
from harken.pipeline.step_result import StepResult
from harken.runtime import workers
from harken.runtime.analyse_step import ClassifierCache
from harken.runtime.heartbeat import Heartbeat
from harken.runtime.workers import _loop
from store import changes, processes, watches
from tests.nlp.factories import WordModel
from tests.store.factories import add_sources, crawled_post, store_page, watch

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


class TickingClock(Clock):
    """Clock that advances a minute at each call."""

    def __init__(self):
        super().__init__()
        self.call_count = 0

    def now(self):
        self.call_count += 1
        return NOW + timedelta(minutes=self.call_count)


class ScriptedStep:
    """Step with scripted results, which then ends like a killed process."""

    def __init__(self, *results):
        self.results = list(results)

    def __call__(self, now):
        if not self.results:
            raise KeyboardInterrupt
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result


@pytest.fixture
def heartbeat(sqlite_record):
    return Heartbeat(sqlite_record, "analyse", started_at=NOW)


def process_state(record):
    with record.read() as tx:
        (process,) = processes.all_processes(tx)
    return process.state, process.reason


def test_one_off_step_runs_until_nothing_is_left_and_sums_results(heartbeat):
    step = ScriptedStep(
        StepResult(total=3, successes=2, failures=1), StepResult(total=1, successes=1), StepResult()
    )
    assert _loop(step, heartbeat, TickingClock(), follow=False) == StepResult(
        total=4, successes=3, failures=1
    )


def test_one_off_step_raises_its_failure(heartbeat):
    with pytest.raises(TransientError):
        _loop(ScriptedStep(TransientError("no index")), heartbeat, TickingClock(), follow=False)


def test_followed_step_survives_failures_and_reports_its_state(sqlite_record, heartbeat):
    states = []

    class Watched(ScriptedStep):
        def __call__(self, now):
            with sqlite_record.read() as tx:
                states.extend((p.state, p.reason) for p in processes.all_processes(tx))
            return super().__call__(now)

    step = Watched(StepResult(total=1), TransientError("no index"), StepResult(total=1))
    with pytest.raises(KeyboardInterrupt):
        _loop(step, heartbeat, TickingClock(), follow=True)
    assert states == [("working", None), ("failing", "no index"), ("working", None)]
    assert process_state(sqlite_record) == ("working", None)


def test_unexpected_exception_ends_the_worker(heartbeat):
    """The supervisor restarts it with a delay: a bug must not cause a busy loop."""
    with pytest.raises(ZeroDivisionError):
        _loop(ScriptedStep(ZeroDivisionError()), heartbeat, TickingClock(), follow=True)


def test_worker_names():
    assert workers.worker_names(1) == ["analyse"]
    assert workers.worker_names(3) == ["analyse", "analyse-2", "analyse-3"]


def test_silent_heartbeat_stores_nothing(sqlite_record):
    silent_heartbeat = Heartbeat(sqlite_record, "index", started_at=NOW, is_silent=True)
    _loop(
        ScriptedStep(StepResult(total=1), StepResult()),
        silent_heartbeat,
        TickingClock(),
        follow=False,
    )
    with sqlite_record.read() as tx:
        assert processes.all_processes(tx) == []


def test_classifier_is_rebuilt_after_an_edit_of_a_topic(sqlite_record):
    class Counting(WordModel):
        encoded_count = 0

        def encode(self, texts):
            self.encoded_count += len(texts)
            return super().encode(texts)

    def configure(*sentences):
        with sqlite_record.write() as tx:
            topics = [Topic(id="brakes", name="Brakes", sentences=sentences)]
            watches.replace_from_file(tx, [], topics)

    model = Counting()
    cache = ClassifierCache(sqlite_record, model)
    configure("brakes squeal")
    first = cache.current()
    assert cache.current() is first
    assert model.encoded_count == 1
    configure("brakes squeal", "brakes fade")
    assert cache.current() is not first
    assert model.encoded_count == 3


def index_once(settings):
    return workers.run_index_writer(settings, Clock(), follow=False)


@pytest.fixture
def settings(tmp_path, sqlite_record):
    with sqlite_record.write() as tx:
        watches.replace_from_file(tx, [watch()], [])
        add_sources(tx, "blog")
    store_page(sqlite_record, *(crawled_post(name, f"acme {name}") for name in "abc"))
    return Settings(state=tmp_path, record=sqlite_record.url)


def test_deleted_index_is_built_again(settings, sqlite_record, tmp_path):
    assert index_once(settings).total == 3
    assert index_once(settings).total == 0
    shutil.rmtree(tmp_path / "index")
    assert index_once(settings).total == 3
    with sqlite_record.read() as tx:
        assert changes.offset(tx, "tantivy") == changes.last_number(tx)


def test_unknown_index_engine_is_a_mistake_in_the_settings(settings):
    with pytest.raises(ConfigError, match="should be tantivy, the name of"):
        index_once(settings.model_copy(update={"index": "solr"}))
