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
from harken.runtime.heartbeat import Heartbeat
from harken.runtime.workers import _ClassifierCache, _loop
from store import changes, processes, watches
from tests.nlp.factories import WordModel
from tests.store.factories import add_sources, crawled_post, store_page, watch

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)


class Ticking(Clock):
    """Clock that advances a minute at each call."""

    def __init__(self):
        super().__init__()
        self.looks = 0

    def now(self):
        self.looks += 1
        return NOW + timedelta(minutes=self.looks)


class Script:
    """Step with scripted results, which then ends like a killed process."""

    def __init__(self, *acts):
        self.acts = list(acts)

    def __call__(self, now):
        if not self.acts:
            raise KeyboardInterrupt
        act = self.acts.pop(0)
        if isinstance(act, Exception):
            raise act
        return act


@pytest.fixture
def heart(sqlite_record):
    return Heartbeat(sqlite_record, "analyse", started_at=NOW)


def state(record):
    with record.read() as tx:
        (process,) = processes.all_processes(tx)
    return process.state, process.reason


def test_done_once_it_works_until_nothing_is_left_and_adds_up(heart):
    step = Script(
        StepResult(total=3, successes=2, failures=1), StepResult(total=1, successes=1), StepResult()
    )
    assert _loop(step, heart, Ticking(), follow=False) == StepResult(
        total=4, successes=3, failures=1
    )


def test_done_once_a_failure_is_the_callers(heart):
    with pytest.raises(TransientError):
        _loop(Script(TransientError("no index")), heart, Ticking(), follow=False)


def test_following_it_survives_failures_and_says_so_and_when_they_are_over(sqlite_record, heart):
    seen = []

    class Watched(Script):
        def __call__(self, now):
            with sqlite_record.read() as tx:
                seen.extend((p.state, p.reason) for p in processes.all_processes(tx))
            return super().__call__(now)

    step = Watched(StepResult(total=1), TransientError("no index"), StepResult(total=1))
    with pytest.raises(KeyboardInterrupt):
        _loop(step, heart, Ticking(), follow=True)
    assert seen == [("working", None), ("failing", "no index"), ("working", None)]
    assert state(sqlite_record) == ("working", None)


def test_what_nobody_raised_on_purpose_ends_the_worker(heart):
    """Its keeper restarts it with a delay: a bug must not spin."""
    with pytest.raises(ZeroDivisionError):
        _loop(Script(ZeroDivisionError()), heart, Ticking(), follow=True)


def test_each_worker_has_a_name_of_its_own_and_the_first_the_name_of_the_step():
    assert workers.worker_names(1) == ["analyse"]
    assert workers.worker_names(3) == ["analyse", "analyse-2", "analyse-3"]


def test_a_muted_heart_leaves_no_row_that_would_look_like_a_death(sqlite_record):
    heart = Heartbeat(sqlite_record, "index", started_at=NOW, is_silent=True)
    _loop(Script(StepResult(total=1), StepResult()), heart, Ticking(), follow=False)
    with sqlite_record.read() as tx:
        assert processes.all_processes(tx) == []


def test_prototypes_are_made_anew_when_somebody_edits_a_topic(sqlite_record):
    class Counting(WordModel):
        embedded = 0

        def encode(self, texts):
            self.embedded += len(texts)
            return super().encode(texts)

    def configure(*sentences):
        with sqlite_record.write() as tx:
            topics = [Topic(id="brakes", name="Brakes", sentences=sentences)]
            watches.replace_from_file(tx, [], topics)

    model = Counting()
    known = _ClassifierCache(sqlite_record, model)
    configure("brakes squeal")
    first = known.current()
    assert known.current() is first
    assert model.embedded == 1
    configure("brakes squeal", "brakes fade")
    assert known.current() is not first
    assert model.embedded == 3


def index(settings):
    return workers.run_index_writer(settings, Clock(), follow=False)


@pytest.fixture
def settings(tmp_path, sqlite_record):
    with sqlite_record.write() as tx:
        watches.replace_from_file(tx, [watch()], [])
        add_sources(tx, "blog")
    store_page(sqlite_record, *(crawled_post(name, f"acme {name}") for name in "abc"))
    return Settings(state=tmp_path, record=sqlite_record.url)


def test_an_index_that_was_lost_is_told_everything_again(settings, sqlite_record, tmp_path):
    assert index(settings).total == 3
    assert index(settings).total == 0
    shutil.rmtree(tmp_path / "index")
    assert index(settings).total == 3
    with sqlite_record.read() as tx:
        assert changes.offset(tx, "tantivy") == changes.last_number(tx)


def test_an_index_that_does_not_exist_is_a_mistake_in_the_settings(settings):
    with pytest.raises(ConfigError, match="should be tantivy, the name of"):
        index(settings.model_copy(update={"index": "solr"}))
