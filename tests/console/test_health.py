"""Health checks and metrics for supervision."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import TransientError
from indexer.engines.memory import MemoryIndex
from store import processes, settings_status
from store.database import Database
from store.settings_status import SettingsStatus
from tests.console import sample_installation


def missing(client):
    answer = client.get("/readyz")
    assert (answer.status_code == 503) == bool(answer.json()["missing"])
    return answer.json()["missing"].keys()


def test_all_at_work_is_ready(client):
    assert client.get("/readyz").status_code == 200
    assert client.get("/healthz").text == "ok\n"


@pytest.mark.parametrize(("process", "part"), [("analyse", "model"), ("run", "schedule")])
def test_a_process_that_failed_or_was_never_started_is_named(client, filled_record, process, part):
    with filled_record.write() as tx:
        processes.mark_failing(tx, process, reason="exit status 1")
    assert client.get("/readyz").json()["missing"] == {part: "exit status 1"}
    with filled_record.write() as tx:
        processes.remove(tx, process)
    assert missing(client) == {part}


def test_a_process_that_fell_silent_is_named(filled_record, context):
    """Its last reported state does not matter."""
    later = sample_installation.make_context(
        filled_record, context.index, sample_installation.NOW + timedelta(minutes=1)
    )
    assert missing(sample_installation.make_client(later)) == {"model", "schedule"}


class Unreachable(MemoryIndex):
    """An index whose engine is down."""

    def health(self):
        raise TransientError("The index does not answer.")


def test_an_index_that_does_not_answer_is_named(context):
    assert missing(sample_installation.make_client(replace(context, index=Unreachable()))) == {
        "index"
    }


def test_a_record_out_of_reach_is_named_with_all_that_it_would_tell(context, tmp_path):
    (folder := tmp_path / "gone").mkdir()
    lost = Database(f"sqlite:///{folder / 'record.db'}")
    folder.rmdir()
    client = sample_installation.make_client(replace(context, database=lost))
    assert missing(client) == {"record", "model", "schedule"}
    assert client.get("/healthz").status_code == 200


def test_metrics_count_what_the_status_counts(client):
    lines = client.get("/metrics").text.splitlines()
    status = client.get("/status.json").json()
    for analysis, count in status["mentions"].items():
        assert f'harken_mentions{{analysis="{analysis}"}} {float(count)}' in lines
    for state, count in status["outbox"].items():
        assert f'harken_outbox_letters{{state="{state}"}} {float(count)}' in lines
    assert f"harken_index_lag_changes {float(status['index']['lag'])}" in lines
    assert 'harken_process_working{process="analyse"} 1.0' in lines
    assert 'harken_source_state{source="blog",state="new"} 1.0' in lines


def test_an_age_that_nobody_knows_is_left_out(client, sqlite_record):
    assert "harken_newest_mention_age_seconds " in client.get("/metrics").text
    empty = sample_installation.make_client(
        sample_installation.make_context(sqlite_record, MemoryIndex())
    )
    assert "harken_newest_mention_age_seconds " not in empty.get("/metrics").text


def test_the_password_of_an_engine_is_shown_nowhere(context):
    secret = replace(context, engine="http://elastic:hunter2@127.0.0.1:9200")
    client = sample_installation.make_client(secret)
    for path in ("/status", "/status.json", "/metrics", "/readyz"):
        assert "hunter2" not in client.get(path).text
    assert client.get("/status.json").json()["index"]["engine"] == "http://127.0.0.1:9200"


def test_a_mistake_in_the_settings_is_a_metric(client, filled_record):
    assert "harken_settings" not in client.get("/metrics").text, "no run has stored any yet"
    now = sample_installation.NOW
    with filled_record.write() as tx:
        status = SettingsStatus(path="harken.yaml", applied_at=now, restart=("index",))
        settings_status.replace_status(tx, status)
    assert "harken_settings_valid 1.0\n" in client.get("/metrics").text
    with filled_record.write() as tx:
        settings_status.mark_rejected(tx, "harken.yaml:1:1: x", now=now)
    assert "harken_settings_valid 0.0\n" in client.get("/metrics").text
    assert "harken_settings_restart_needed 1.0\n" in client.get("/metrics").text
