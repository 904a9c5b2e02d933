"""Alert loop: it runs when something is due, and a failure stops nothing else."""

from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import text

from config.settings import MailSettings, Settings
from core.incident import IncidentKind
from demo.smtp_sink import free_port
from harken.runtime.alert_loop import DETECT_INTERVAL, AlertLoop
from harken.runtime.channel_probes import PROBE_INTERVAL
from store import changes, processes
from store.alerts import incidents, outbox
from tests.harken.small_installation import NOW, READERS

pytestmark = pytest.mark.slow


class ManualClock:
    """Clock that a test sets."""

    def __init__(self):
        self.at = NOW

    def now(self):
        return self.at


@pytest.fixture
def mail_server():
    """Yield a mail server that accepts everything; ``recipients`` are their addresses."""
    recipients = []

    async def handle_DATA(server, session, envelope):  # noqa: N802 - aiosmtpd's name
        recipients.extend(envelope.rcpt_tos)
        return "250 OK"

    handler = SimpleNamespace(handle_DATA=handle_DATA)
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield SimpleNamespace(port=controller.port, recipients=recipients)
    controller.stop()


def settings(tmp_path, port):
    mail = MailSettings(
        host="127.0.0.1", port=port, sender="harken@veloria.example", security="none"
    )
    return Settings(state=tmp_path, mail=mail)


def outbox_counts(record):
    with record.read() as tx:
        return outbox.counts(tx)


def smtp_process(record):
    with record.read() as tx:
        (process,) = [p for p in processes.all_processes(tx) if p.name == "smtp"]
    return process


def test_first_tick_detects_the_crisis_and_emails_every_reader(month_record, tmp_path, mail_server):
    alert_loop = AlertLoop(month_record, settings(tmp_path, mail_server.port), ManualClock())
    alert_loop.tick()
    assert sorted(mail_server.recipients) == sorted([*READERS, "lead@veloria.example"])
    assert outbox_counts(month_record) == {"due": 0, "sent": 4, "failed": 0}
    alert_loop.tick()
    assert len(mail_server.recipients) == 4
    assert alert_loop.last_error is None


def test_second_alert_loop_sends_nothing_twice(month_record, tmp_path, mail_server):
    for _ in range(2):
        AlertLoop(month_record, settings(tmp_path, mail_server.port), ManualClock()).tick()
    assert len(mail_server.recipients) == len(READERS) + 1
    with month_record.read() as tx:
        assert len(incidents.all_incidents(tx, kind=IncidentKind.CRISIS)) == 1


def test_detection_is_due_after_a_change_or_the_interval(month_record, tmp_path):
    clock = ManualClock()
    alert_loop = AlertLoop(month_record, Settings(state=tmp_path), clock)
    alert_loop.detect()
    assert not alert_loop._is_detection_due(clock.at)
    assert alert_loop._is_detection_due(clock.at + DETECT_INTERVAL)
    with month_record.write() as tx:
        _, mention = changes.read_after(tx, 0, 1)[0]
        changes.append_changes(tx, [mention])
    assert alert_loop._is_detection_due(clock.at)


def test_without_a_mail_server_emails_wait_and_smtp_is_no_process(month_record, tmp_path):
    AlertLoop(month_record, Settings(state=tmp_path), ManualClock()).tick()
    assert outbox_counts(month_record)["due"] == len(READERS) + 1
    with month_record.read() as tx:
        assert processes.all_processes(tx) == []


def test_mail_server_is_probed_before_an_email_is_due(month_record, tmp_path):
    clock, port = ManualClock(), free_port()
    alert_loop = AlertLoop(month_record, settings(tmp_path, port), clock)
    alert_loop.tick()
    assert smtp_process(month_record).state == "failing"
    assert "connection failed" in smtp_process(month_record).reason
    clock.at += PROBE_INTERVAL
    controller = Controller(SimpleNamespace(), hostname="127.0.0.1", port=port)
    controller.start()
    alert_loop.tick()
    controller.stop()
    assert (smtp_process(month_record).state, smtp_process(month_record).beat) == (
        "working",
        clock.at,
    )


def test_failing_detection_is_reported_and_delays_no_email(month_record, tmp_path, mail_server):
    """The schedule logs its exception without a text of a mention."""
    alert_loop = AlertLoop(month_record, settings(tmp_path, mail_server.port), ManualClock())
    alert_loop.tick()
    with month_record.write() as tx:
        tx.execute(text("update outbox set state = 'due', sent = null"))
        tx.execute(text("update baselines set state = '{}'"))
    alert_loop._last_detection = None
    with pytest.raises(KeyError):
        alert_loop.tick()
    assert alert_loop.last_error is not None
    assert alert_loop.last_error.startswith("KeyError at ")
    assert outbox_counts(month_record)["sent"] == 4
    with month_record.write() as tx:
        tx.execute(text("delete from baselines"))
    alert_loop.tick()
    assert alert_loop.last_error is None
