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


class Server:
    """SMTP handler that replies with *answers* in turn, then 250; keeps accepted emails."""

    def __init__(self):
        self.answers = []
        self.taken = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content)["Message-ID"])
        return answer


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def channels(server):
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    reached = Email.Options(
        host="127.0.0.1", port=controller.port, security=Security.NONE, timeout_s=20
    )
    yield {"email": Email(reached)}
    controller.stop()


@pytest.fixture
def record(sqlite_record):
    return sqlite_record


def post(record, *names, **said):
    """Put emails called *names* into the outbox."""
    with record.write() as tx:
        for name in names:
            one = email()
            eml = to_mime(one).replace(one.message_id.encode(), f"<{name}@host>".encode())
            known = {"channel": "email", "message_id": f"<{name}@host>", "eml": eml} | said
            outbox.enqueue(tx, [outbox_message(name, **known)], now=NOON)


def row(record, name):
    with record.read() as tx:
        (found,) = [r for r in outbox.recent(tx) if r.key == name]
    return found


def deliver(record, channels, now=NOON):
    return deliver_due(record, channels, now=now)


def test_a_letter_is_sent_once_the_server_has_it(record, server, channels):
    post(record, "a", "b")
    assert deliver(record, channels) == StepResult(total=2, successes=2)
    assert server.taken == ["<a@host>", "<b@host>"]
    sent = row(record, "a")
    assert (sent.state, sent.sent, sent.attempts) == ("sent", NOON, 1)
    assert deliver(record, channels, NOON + timedelta(days=1)) == StepResult()
    assert len(server.taken) == 2


def test_it_is_marked_only_after_the_250(record, server, channels):
    """After a kill inside the call it is sent again with the same Message-ID, never lost."""

    class Dying(Channel):
        def send(self, letter):
            assert row(record, "a").state == "due"
            channels["email"].send(letter)
            raise KeyboardInterrupt

        def probe(self):
            channels["email"].probe()

    post(record, "a")
    with pytest.raises(KeyboardInterrupt):
        deliver(record, {"email": Dying(None)})
    assert row(record, "a").state == "due"
    deliver(record, channels)
    assert Counter(server.taken) == {"<a@host>": 2}
    assert row(record, "a").state == "sent"


def test_a_server_that_says_later_is_asked_again_after_ever_longer_pauses(record, server, channels):
    post(record, "a")
    server.answers = ["451 4.3.0 later"] * (len(RETRY_DELAYS_S) + 1)
    now, pauses = NOON, []
    for _ in range(len(RETRY_DELAYS_S) + 1):
        assert deliver(record, channels, now) == StepResult(total=1, failures=1)
        waits = row(record, "a")
        assert (waits.state, waits.reason) == ("due", "the mail server replied 451 4.3.0 to DATA")
        pauses.append((waits.due - now).total_seconds())
        assert deliver(record, channels, waits.due - timedelta(seconds=1)) == StepResult()
        now = waits.due
    assert pauses == [*RETRY_DELAYS_S, RETRY_DELAYS_S[-1]]
    assert deliver(record, channels, now).successes == 1
    assert (row(record, "a").state, row(record, "a").reason) == ("sent", None)


def test_a_server_that_says_never_is_believed_and_blocks_no_other_letter(record, server, channels):
    post(record, "a", "b")
    server.answers = ["554 5.6.0 no: it speaks of brakes"]
    with capture_logs() as logs:
        assert deliver(record, channels) == StepResult(total=2, successes=1, failures=1)
    failed = row(record, "a")
    assert (failed.state, failed.reason) == ("failed", "the mail server replied 554 5.6.0 to DATA")
    assert row(record, "b").state == "sent"
    assert [log["key"] for log in logs if log["event"] == "letter.refused"] == ["a"]
    assert "brakes" not in str(logs)
    assert deliver(record, channels, NOON + timedelta(days=9)) == StepResult()


def test_a_server_that_is_gone_costs_patience_not_letters(record):
    post(record, "a")
    gone = Email.Options(host="127.0.0.1", port=free_port(), security=Security.NONE, timeout_s=5)
    assert deliver(record, {"email": Email(gone)}) == StepResult(total=1, failures=1)
    assert row(record, "a").state == "due"
    assert row(record, "a").due == NOON + timedelta(seconds=RETRY_DELAYS_S[0])


def test_without_its_channel_a_letter_waits_untouched(record, server, channels):
    post(record, "a")
    for _ in range(2):
        assert deliver(record, {}) == StepResult(total=1, failures=1)
    waits = row(record, "a")
    assert (waits.state, waits.attempts, waits.due) == ("due", 0, NOON)
    assert waits.reason == "the channel email is not configured"
    assert deliver(record, channels).successes == 1
    assert row(record, "a").reason is None


def test_messages_of_a_missing_channel_hold_back_no_others(record, server, channels):
    """More of them than one round sends wait in front of an email."""
    post(record, *(f"chat{n}" for n in range(60)), channel="chat")
    post(record, "a")
    assert deliver(record, channels) == StepResult(total=61, successes=1, failures=60)
    assert server.taken == ["<a@host>"]


def test_a_letter_that_no_channel_can_even_write_blocks_no_other(record, server, channels):
    """Without SMTPUTF8 the address is invalid; smtplib raises a plain ValueError."""
    with record.write() as tx:
        eml = to_mime(email()).replace(b"To: ", "To: jörg".encode())
        outbox.enqueue(tx, [outbox_message("odd", channel="email", eml=eml)], now=NOON)
    post(record, "b")
    deliver(record, channels)
    assert server.taken == ["<b@host>"]
    assert row(record, "odd").state != "sent"
