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


class Hand:
    """Clock that a test sets."""

    def __init__(self):
        self.at = NOW

    def now(self):
        return self.at


@pytest.fixture
def inbox():
    """Mail server that accepts everything; ``taken`` are the recipients."""
    taken = []

    async def handle_DATA(server, session, envelope):  # noqa: N802 - aiosmtpd's name
        taken.extend(envelope.rcpt_tos)
        return "250 OK"

    handler = SimpleNamespace(handle_DATA=handle_DATA)
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield SimpleNamespace(port=controller.port, taken=taken)
    controller.stop()


def settings(tmp_path, port):
    mail = MailSettings(
        host="127.0.0.1", port=port, sender="harken@veloria.example", security="none"
    )
    return Settings(state=tmp_path, mail=mail)


def outbox_of(record):
    with record.read() as tx:
        return outbox.counts(tx)


def smtp(record):
    with record.read() as tx:
        (found,) = [p for p in processes.all_processes(tx) if p.name == "smtp"]
    return found


def test_one_look_finds_the_crisis_and_mails_every_reader(month_record, tmp_path, inbox):
    tower = AlertLoop(month_record, settings(tmp_path, inbox.port), Hand())
    tower.tick()
    assert sorted(inbox.taken) == sorted([*READERS, "lead@veloria.example"])
    assert outbox_of(month_record) == {"due": 0, "sent": 4, "failed": 0}
    tower.tick()
    assert len(inbox.taken) == 4
    assert tower.last_error is None


def test_a_second_tower_on_the_same_record_mails_nothing_twice(month_record, tmp_path, inbox):
    for _ in range(2):
        AlertLoop(month_record, settings(tmp_path, inbox.port), Hand()).tick()
    assert len(inbox.taken) == len(READERS) + 1
    with month_record.read() as tx:
        assert len(incidents.all_incidents(tx, kind=IncidentKind.CRISIS)) == 1


def test_detection_runs_on_a_change_or_after_a_while_not_always(month_record, tmp_path):
    clock = Hand()
    tower = AlertLoop(month_record, Settings(state=tmp_path), clock)
    tower.detect()
    assert not tower._is_detection_due(clock.at)
    assert tower._is_detection_due(clock.at + DETECT_INTERVAL)
    with month_record.write() as tx:
        _, mention = changes.read_after(tx, 0, 1)[0]
        changes.append_changes(tx, [mention])
    assert tower._is_detection_due(clock.at)


def test_without_a_mail_server_letters_wait_and_smtp_is_no_process(month_record, tmp_path):
    AlertLoop(month_record, Settings(state=tmp_path), Hand()).tick()
    assert outbox_of(month_record)["due"] == len(READERS) + 1
    with month_record.read() as tx:
        assert processes.all_processes(tx) == []


def test_a_mail_server_is_asked_for_a_sign_of_life_before_a_letter_waits(month_record, tmp_path):
    clock, port = Hand(), free_port()
    tower = AlertLoop(month_record, settings(tmp_path, port), clock)
    tower.tick()
    assert smtp(month_record).state == "failing"
    assert "connection failed" in smtp(month_record).reason
    clock.at += PROBE_INTERVAL
    controller = Controller(SimpleNamespace(), hostname="127.0.0.1", port=port)
    controller.start()
    tower.tick()
    controller.stop()
    assert (smtp(month_record).state, smtp(month_record).beat) == ("working", clock.at)


def test_a_detection_that_fails_holds_up_no_letter_and_is_told(month_record, tmp_path, inbox):
    """Its exception goes to the schedule, which logs it without quoting a text."""
    tower = AlertLoop(month_record, settings(tmp_path, inbox.port), Hand())
    tower.tick()
    with month_record.write() as tx:
        tx.execute(text("update outbox set state = 'due', sent = null"))
        tx.execute(text("update baselines set state = '{}'"))
    tower._last_detection = None
    with pytest.raises(KeyError):
        tower.tick()
    assert tower.last_error is not None
    assert tower.last_error.startswith("KeyError at ")
    assert outbox_of(month_record)["sent"] == 4
    with month_record.write() as tx:
        tx.execute(text("delete from baselines"))
    tower.tick()
    assert tower.last_error is None
