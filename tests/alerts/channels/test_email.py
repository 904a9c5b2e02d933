"""Emails by SMTP: the answer of the server decides about another attempt; no secret is shown."""

import socket
import ssl
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr, ValidationError

from alerts.channel import DeliveryReceipt
from alerts.channels.email import Email, Security
from alerts.messages.mime import to_mime
from core.errors import PermanentError, TransientError
from tests.alerts import example_emails as letters

PASSWORD = "not-to-be-told-7f3a"
LETTER = letters.email()


class Inbox:
    """What a real SMTP server does with letters: answers by recipient, in order, then 250."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.answers: dict[str, list[str]] = defaultdict(list)
        self.drops = 0  # connections to drop after DATA

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 -- aiosmtpd's
        answers = self.answers[address]
        answer = answers.pop(0) if answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's
        self.taken.append(envelope.content)
        if self.drops:
            self.drops -= 1
            server.transport.abort()
        data = self.answers["DATA"]
        return data.pop(0) if data else "250 2.6.0 OK"


@contextmanager
def serving(inbox: Inbox, **options) -> Iterator[Email.Options]:
    """A server on loopback; the settings that reach it, without privacy."""
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port(), **options)
    controller.start()
    try:
        yield Email.Options(
            host="127.0.0.1", port=controller.port, security=Security.NONE, timeout_s=5
        )
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def options(inbox: Inbox) -> Iterator[Email.Options]:
    with serving(inbox) as reached:
        yield reached


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A key and a certificate for 127.0.0.1 that nobody trusts unless told to."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(letters.NOW - timedelta(days=3650))
        .not_valid_after(letters.NOW + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


def test_an_accepted_letter_arrives_as_it_was_stored(inbox, options):
    receipt = Email(options).send(LETTER)
    assert receipt == DeliveryReceipt(message_id=LETTER.message_id, response="250 2.6.0")
    assert inbox.taken == [to_mime(LETTER)]


@pytest.mark.parametrize("answer", ["450 4.2.1 greylisted", "451 try later", "421 4.3.2 closing"])
@pytest.mark.parametrize("verb", [LETTER.recipient, "DATA"])
def test_4xx_is_sent_again_and_then_taken(inbox, options, verb, answer):
    """The second attempt brings the very same bytes."""
    inbox.answers[verb] = [answer]
    with pytest.raises(TransientError, match=answer[:3]):
        Email(options).send(LETTER)
    Email(options).send(LETTER)
    assert inbox.taken[-1] == to_mime(LETTER)


@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "552 too big", "554 5.7.1 refused"])
@pytest.mark.parametrize("verb", [LETTER.recipient, "DATA"])
def test_5xx_is_final(inbox, options, verb, answer):
    inbox.answers[verb] = [answer]
    with pytest.raises(PermanentError, match=answer[:3]):
        Email(options).send(LETTER)


def test_one_refused_recipient_does_not_touch_the_others(inbox, options):
    inbox.answers["gone@veloria.example"] = ["550 5.1.1 gone"]
    channel = Email(options)
    everybody = ["lead@veloria.example", "gone@veloria.example", "care@veloria.example"]
    results = []
    for recipient in everybody:
        try:
            results.append(channel.send(replace(LETTER, recipient=recipient)).response)
        except PermanentError:
            results.append("refused")
    assert results == ["250 2.6.0", "refused", "250 2.6.0"]
    assert len(inbox.taken) == 2


def test_a_connection_lost_after_data_is_sent_again_under_the_same_id(inbox, options):
    """The server may have it: then it gets the same Message-ID twice, never two of them."""
    inbox.drops = 1
    with pytest.raises(TransientError):
        Email(options).send(LETTER)
    Email(options).send(LETTER)
    assert inbox.taken == [to_mime(LETTER)] * 2


def test_starttls_that_is_asked_for_and_not_offered_sends_nothing(inbox, options):
    private = options.model_copy(update={"security": Security.STARTTLS})
    with pytest.raises(TransientError, match="STARTTLS"):
        Email(private).send(LETTER)
    assert inbox.taken == []


def test_a_certificate_nobody_vouches_for_sends_nothing(inbox, certificate):
    with tls_server(inbox, certificate) as reached:
        with pytest.raises(TransientError, match="no secure connection"):
            Email(reached).send(LETTER)
        assert inbox.taken == []


def test_starttls_with_a_trusted_certificate_delivers(inbox, certificate):
    with tls_server(inbox, certificate) as reached:
        trusting = reached.model_copy(update={"ca_file": certificate[0]})
        assert Email(trusting).send(LETTER).response == "250 2.6.0"


@contextmanager
def tls_server(inbox: Inbox, certificate: tuple[Path, Path]) -> Iterator[Email.Options]:
    """A server that takes letters only after STARTTLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with serving(inbox, tls_context=context, require_starttls=True) as reached:
        yield reached.model_copy(update={"security": Security.STARTTLS})


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("right", [True, False])
def test_a_refused_password_keeps_the_letter_and_is_not_told(inbox, options, right):
    """The letter is not at fault: it waits until somebody corrects the settings."""

    def judge(server, session, envelope, mechanism, auth):
        return AuthResult(success=auth.password == PASSWORD.encode(), handled=False)

    word = SecretStr(PASSWORD if right else f"{PASSWORD}-wrong")
    login = {"authenticator": judge, "auth_required": True, "auth_require_tls": False}
    with serving(inbox, **login) as reached:
        channel = Email(reached.model_copy(update={"username": "harken", "password": word}))
        if right:
            assert channel.send(LETTER).response == "250 2.6.0"
            return
        with pytest.raises(TransientError, match="user name or password") as refused:
            channel.send(LETTER)
    assert PASSWORD not in str(refused.value)
    assert refused.value.__cause__ is None
    assert PASSWORD not in repr(channel.options)


def test_no_word_of_a_letter_or_of_the_servers_answer_is_in_an_error(inbox, options):
    inbox.answers["DATA"] = ["554 5.7.1 refused: 64 people complaining looks like spam"]
    with pytest.raises(PermanentError) as refused:
        Email(options).send(LETTER)
    assert str(refused.value) == "the mail server replied 554 5.7.1 to DATA"


def test_a_probe_sends_nothing(inbox, options):
    assert Email(options).probe() is None
    assert inbox.taken == []


def test_a_probe_says_what_a_letter_would_meet(options):
    private = options.model_copy(update={"security": Security.STARTTLS})
    with pytest.raises(TransientError, match="STARTTLS"):
        Email(private).probe()
    with pytest.raises(TransientError, match="connection failed"):
        Email(options.model_copy(update={"port": free_port()})).probe()


def test_nobody_there_is_transient():
    nobody = Email.Options(host="127.0.0.1", port=free_port(), security=Security.NONE, timeout_s=1)
    with pytest.raises(TransientError, match=r"smtp 127.0.0.1:\d+: connection failed"):
        Email(nobody).send(LETTER)


def test_a_server_that_never_answers_is_given_up_in_time():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        options = Email.Options(host="127.0.0.1", port=port, security=Security.NONE, timeout_s=0.2)
        with pytest.raises(TransientError, match="timed out"):
            Email(options).send(LETTER)


def test_a_setting_that_nobody_knows_is_refused():
    with pytest.raises(ValidationError, match="securty"):
        Email.Options.model_validate({"host": "mail.example", "securty": "tls"})


def test_privacy_is_the_default():
    assert Email.Options(host="mail.example").security is Security.STARTTLS
