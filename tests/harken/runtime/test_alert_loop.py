"""The parent's look: it works when there is cause, and what fails stops nothing else."""

from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import text

from config.settings import MailSettings, Settings
from core.incident import Kind
from demo.smtp_sink import free_port
from harken.runtime.alert_loop import LOOK, PROBE, Watchtower
from store import changes, processes
from store.alerts import incidents, outbox
from tests.harken.small_installation import NOW, READERS

pytestmark = pytest.mark.slow


class Hand:
    """A clock that a test sets."""

    def __init__(self):
        self.at = NOW

    def now(self):
        return self.at


@pytest.fixture
def inbox():
    """A mail server that takes everything; ``taken`` are the recipients."""
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
        return outbox.tally(tx)


def smtp(record):
    with record.read() as tx:
        (found,) = [p for p in processes.everyone(tx) if p.name == "smtp"]
    return found


def test_one_look_finds_the_crisis_and_mails_every_reader(month_record, tmp_path, inbox):
    tower = Watchtower(month_record, settings(tmp_path, inbox.port), Hand())
    tower.look()
    assert sorted(inbox.taken) == sorted([*READERS, "lead@veloria.example"])
    assert outbox_of(month_record) == {"due": 0, "sent": 4, "failed": 0}
    tower.look()
    assert len(inbox.taken) == 4
    assert tower.trouble is None


def test_a_second_tower_on_the_same_record_mails_nothing_twice(month_record, tmp_path, inbox):
    for _ in range(2):
        Watchtower(month_record, settings(tmp_path, inbox.port), Hand()).look()
    assert len(inbox.taken) == len(READERS) + 1
    with month_record.read() as tx:
        assert len(incidents.everything(tx, kind=Kind.CRISIS)) == 1


def test_detection_runs_on_a_change_or_after_a_while_not_always(month_record, tmp_path):
    clock = Hand()
    tower = Watchtower(month_record, Settings(state=tmp_path), clock)
    tower.detect()
    assert not tower._has_cause(clock.at)
    assert tower._has_cause(clock.at + LOOK)
    with month_record.write() as tx:
        _, mention = changes.after(tx, 0, 1)[0]
        changes.announce(tx, [mention])
    assert tower._has_cause(clock.at)


def test_without_a_mail_server_letters_wait_and_smtp_is_no_process(month_record, tmp_path):
    Watchtower(month_record, Settings(state=tmp_path), Hand()).look()
    assert outbox_of(month_record)["due"] == len(READERS) + 1
    with month_record.read() as tx:
        assert processes.everyone(tx) == []


def test_a_mail_server_is_asked_for_a_sign_of_life_before_a_letter_waits(month_record, tmp_path):
    clock, port = Hand(), free_port()
    tower = Watchtower(month_record, settings(tmp_path, port), clock)
    tower.look()
    assert smtp(month_record).state == "failing"
    assert "connection failed" in smtp(month_record).reason
    clock.at += PROBE
    controller = Controller(SimpleNamespace(), hostname="127.0.0.1", port=port)
    controller.start()
    tower.look()
    controller.stop()
    assert (smtp(month_record).state, smtp(month_record).beat) == ("working", clock.at)


def test_a_detection_that_fails_holds_up_no_letter_and_is_told(month_record, tmp_path, inbox):
    """Its exception goes to the schedule, which tells it; what it says may not quote a text."""
    tower = Watchtower(month_record, settings(tmp_path, inbox.port), Hand())
    tower.look()
    with month_record.write() as tx:
        tx.execute(text("update outbox set state = 'due', sent = null"))
        tx.execute(text("update baselines set state = '{}'"))
    tower._judged = None
    with pytest.raises(KeyError):
        tower.look()
    assert tower.trouble is not None
    assert tower.trouble.startswith("KeyError at ")
    assert outbox_of(month_record)["sent"] == 4
    with month_record.write() as tx:
        tx.execute(text("delete from baselines"))
    tower.look()
    assert tower.trouble is None
