"""Deliver step with a real mail server: an email is sent once its 250 arrived."""

from collections import Counter
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from structlog.testing import capture_logs

from alerts.channel import Channel
from alerts.channels.email import Email, Security
from alerts.messages.mime import to_mime
from demo.smtp_sink import free_port
from harken.pipeline.deliver import RETRY_DELAYS_S, deliver_due
from harken.pipeline.step_result import StepResult
from store.alerts import outbox
from tests.alerts.example_emails import email
from tests.store.factories import NOON, outbox_message


class StubMailServer:
    """SMTP handler that replies with *answers* in turn, then 250; stores ids of accepted emails."""

    def __init__(self):
        self.answers = []
        self.message_ids = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.message_ids.append(message_from_bytes(envelope.content)["Message-ID"])
        return answer


@pytest.fixture
def server():
    return StubMailServer()


@pytest.fixture
def channels(server):
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    options = Email.Options(
        host="127.0.0.1", port=controller.port, security=Security.NONE, timeout_s=20
    )
    yield {"email": Email(options)}
    controller.stop()


@pytest.fixture
def record(sqlite_record):
    return sqlite_record


def enqueue(record, *names, **fields):
    """Add emails called *names* to the outbox."""
    with record.write() as tx:
        for name in names:
            notification = email()
            eml = to_mime(notification).replace(
                notification.message_id.encode(), f"<{name}@host>".encode()
            )
            defaults = {"channel": "email", "message_id": f"<{name}@host>", "eml": eml} | fields
            outbox.enqueue(tx, [outbox_message(name, **defaults)], now=NOON)


def row(record, name):
    with record.read() as tx:
        (entry,) = [r for r in outbox.recent(tx) if r.key == name]
    return entry


def deliver(record, channels, now=NOON):
    return deliver_due(record, channels, now=now)


def test_email_is_sent_once(record, server, channels):
    enqueue(record, "a", "b")
    assert deliver(record, channels) == StepResult(total=2, successes=2)
    assert server.message_ids == ["<a@host>", "<b@host>"]
    entry = row(record, "a")
    assert (entry.state, entry.sent, entry.attempts) == ("sent", NOON, 1)
    assert deliver(record, channels, NOON + timedelta(days=1)) == StepResult()
    assert len(server.message_ids) == 2


def test_email_is_marked_as_sent_after_the_250(record, server, channels):
    """After a kill during the call it is sent again with the same Message-ID."""

    class Dying(Channel):
        def send(self, notification):
            assert row(record, "a").state == "due"
            channels["email"].send(notification)
            raise KeyboardInterrupt

        def probe(self):
            channels["email"].probe()

    enqueue(record, "a")
    with pytest.raises(KeyboardInterrupt):
        deliver(record, {"email": Dying(None)})
    assert row(record, "a").state == "due"
    deliver(record, channels)
    assert Counter(server.message_ids) == {"<a@host>": 2}
    assert row(record, "a").state == "sent"


def test_transient_failure_is_retried_at_growing_intervals(record, server, channels):
    enqueue(record, "a")
    server.answers = ["451 4.3.0 later"] * (len(RETRY_DELAYS_S) + 1)
    now, pauses = NOON, []
    for _ in range(len(RETRY_DELAYS_S) + 1):
        assert deliver(record, channels, now) == StepResult(total=1, failures=1)
        entry = row(record, "a")
        assert (entry.state, entry.reason) == ("due", "the mail server replied 451 4.3.0 to DATA")
        pauses.append((entry.due - now).total_seconds())
        assert deliver(record, channels, entry.due - timedelta(seconds=1)) == StepResult()
        now = entry.due
    assert pauses == [*RETRY_DELAYS_S, RETRY_DELAYS_S[-1]]
    assert deliver(record, channels, now).successes == 1
    assert (row(record, "a").state, row(record, "a").reason) == ("sent", None)


def test_permanent_failure_is_not_retried_and_blocks_no_other_email(record, server, channels):
    enqueue(record, "a", "b")
    server.answers = ["554 5.6.0 no: it speaks of brakes"]
    with capture_logs() as logs:
        assert deliver(record, channels) == StepResult(total=2, successes=1, failures=1)
    entry = row(record, "a")
    assert (entry.state, entry.reason) == ("failed", "the mail server replied 554 5.6.0 to DATA")
    assert row(record, "b").state == "sent"
    assert [log["key"] for log in logs if log["event"] == "letter.refused"] == ["a"]
    assert "brakes" not in str(logs)
    assert deliver(record, channels, NOON + timedelta(days=9)) == StepResult()


def test_unreachable_server_is_retried(record):
    enqueue(record, "a")
    options = Email.Options(host="127.0.0.1", port=free_port(), security=Security.NONE, timeout_s=5)
    assert deliver(record, {"email": Email(options)}) == StepResult(total=1, failures=1)
    assert row(record, "a").state == "due"
    assert row(record, "a").due == NOON + timedelta(seconds=RETRY_DELAYS_S[0])


def test_email_without_a_channel_waits_without_attempts(record, server, channels):
    enqueue(record, "a")
    for _ in range(2):
        assert deliver(record, {}) == StepResult(total=1, failures=1)
    entry = row(record, "a")
    assert (entry.state, entry.attempts, entry.due) == ("due", 0, NOON)
    assert entry.reason == "the channel email is not configured"
    assert deliver(record, channels).successes == 1
    assert row(record, "a").reason is None


def test_messages_of_a_missing_channel_block_no_others(record, server, channels):
    """More of them than one round sends wait in front of an email."""
    enqueue(record, *(f"chat{n}" for n in range(60)), channel="chat")
    enqueue(record, "a")
    assert deliver(record, channels) == StepResult(total=61, successes=1, failures=60)
    assert server.message_ids == ["<a@host>"]


def test_email_that_cannot_be_written_blocks_no_other(record, server, channels):
    """Without SMTPUTF8 the address is invalid; smtplib raises a plain ValueError."""
    with record.write() as tx:
        eml = to_mime(email()).replace(b"To: ", "To: jörg".encode())
        outbox.enqueue(tx, [outbox_message("odd", channel="email", eml=eml)], now=NOON)
    enqueue(record, "b")
    deliver(record, channels)
    assert server.message_ids == ["<b@host>"]
    assert row(record, "odd").state != "sent"
