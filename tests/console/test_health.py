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


def missing_parts(client):
    response = client.get("/readyz")
    assert (response.status_code == 503) == bool(response.json()["missing"])
    return response.json()["missing"].keys()


def test_working_installation_is_ready(client):
    assert client.get("/readyz").status_code == 200
    assert client.get("/healthz").text == "ok\n"


@pytest.mark.parametrize(("process", "part"), [("analyse", "model"), ("run", "schedule")])
def test_failing_or_missing_process_is_listed(client, filled_record, process, part):
    with filled_record.write() as tx:
        processes.mark_failing(tx, process, reason="exit status 1")
    assert client.get("/readyz").json()["missing"] == {part: "exit status 1"}
    with filled_record.write() as tx:
        processes.remove(tx, process)
    assert missing_parts(client) == {part}


def test_process_without_a_recent_heartbeat_is_listed(filled_record, context):
    """The state of its last heartbeat is ignored."""
    later_context = sample_installation.make_context(
        filled_record, context.index, sample_installation.NOW + timedelta(minutes=1)
    )
    assert missing_parts(sample_installation.make_client(later_context)) == {"model", "schedule"}


class UnreachableIndex(MemoryIndex):
    """An index whose engine is down."""

    def health(self):
        raise TransientError("The index does not answer.")


def test_unreachable_index_is_listed(context):
    assert missing_parts(
        sample_installation.make_client(replace(context, index=UnreachableIndex()))
    ) == {"index"}


def test_unavailable_database_is_listed_with_dependent_parts(context, tmp_path):
    (folder := tmp_path / "gone").mkdir()
    database = Database(f"sqlite:///{folder / 'record.db'}")
    folder.rmdir()
    client = sample_installation.make_client(replace(context, database=database))
    assert missing_parts(client) == {"record", "model", "schedule"}
    assert client.get("/healthz").status_code == 200


def test_metrics_equal_the_status(client):
    lines = client.get("/metrics").text.splitlines()
    status = client.get("/status.json").json()
    for analysis, count in status["mentions"].items():
        assert f'harken_mentions{{analysis="{analysis}"}} {float(count)}' in lines
    for state, count in status["outbox"].items():
        assert f'harken_outbox_letters{{state="{state}"}} {float(count)}' in lines
    assert f"harken_index_lag_changes {float(status['index']['lag'])}" in lines
    assert 'harken_process_working{process="analyse"} 1.0' in lines
    assert 'harken_source_state{source="blog",state="new"} 1.0' in lines


def test_unknown_age_is_omitted(client, sqlite_record):
    assert "harken_newest_mention_age_seconds " in client.get("/metrics").text
    empty = sample_installation.make_client(
        sample_installation.make_context(sqlite_record, MemoryIndex())
    )
    assert "harken_newest_mention_age_seconds " not in empty.get("/metrics").text


def test_password_of_an_engine_is_not_shown(context):
    context_with_password = replace(context, engine="http://elastic:hunter2@127.0.0.1:9200")
    client = sample_installation.make_client(context_with_password)
    for path in ("/status", "/status.json", "/metrics", "/readyz"):
        assert "hunter2" not in client.get(path).text
    assert client.get("/status.json").json()["index"]["engine"] == "http://127.0.0.1:9200"


def test_metrics_of_settings(client, filled_record):
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
