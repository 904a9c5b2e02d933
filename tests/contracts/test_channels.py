"""Laws of every channel; channels and cases are discovered, never listed here.

A case is a folder tests/cases/channels/NAME/CASE: ``meta.json`` has the options of the channel
(``{port}`` is the port of the server) and the method to call, ``send`` or ``probe``;
``dialogue.txt`` is what the server sends and expects (see dialogues.py); ``output.json`` is the
result: the ``response`` of a receipt, null for a probe, or the message of a ``transient`` or
``permanent`` error.
"""

import json
import socket
from pathlib import Path
from types import SimpleNamespace
from urllib.request import urlopen

import pytest
from pydantic import SecretStr, ValidationError

from alerts.channel import Channel, DeliveryReceipt
from core.errors import PermanentError, TransientError
from core.plugins import available, load
from store.alerts.people import Person
from tests.alerts import example_emails
from tests.contracts.dialogues import Dialogue

CASES = Path(__file__).parents[1] / "cases" / "channels"
NAMES = available("alerts.channels")
FOLDERS = sorted(folder for name in NAMES for folder in (CASES / name).iterdir())
NOTIFICATION = example_emails.email()
PERSON = Person(slug="ada", name="Ada Lovelace", email="ada@acme.example")

cases = pytest.mark.parametrize(
    "folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}-{folder.name}"
)
channels = pytest.mark.parametrize("name", NAMES)


def meta(folder):
    return json.loads((folder / "meta.json").read_text())


def output(folder):
    return json.loads((folder / "output.json").read_text())


def build(folder, port):
    """Return the channel of a case, with its options."""
    channel = load("alerts.channels", folder.parent.name, Channel)
    values = {
        key: value.replace("{port}", str(port)) if isinstance(value, str) else value
        for key, value in meta(folder)["options"].items()
    }
    return channel(channel.Options.model_validate(values))


def play(folder):
    """Return the outcome of a case, the server and the channel."""
    with Dialogue((folder / "dialogue.txt").read_text()).running() as server:
        channel = build(folder, server.port)
        outcome = call(channel, meta(folder)["call"])
    return SimpleNamespace(server=server, channel=channel, outcome=outcome)


def call(channel, method):
    """Return the result or the error of a method, as in output.json."""
    try:
        result = channel.send(NOTIFICATION) if method == "send" else channel.probe()
    except TransientError as error:
        return {"transient": str(error)}
    except PermanentError as error:
        return {"permanent": str(error)}
    if method == "send":
        assert isinstance(result, DeliveryReceipt)
        assert result.message_id == NOTIFICATION.message_id
        return {"response": result.response}
    return result


def secrets(channel):
    values = dict(channel.options).values()
    return [v.get_secret_value() for v in values if isinstance(v, SecretStr)]


@cases
def test_case_has_its_outcome(folder):
    result = play(folder)
    assert result.server.differences == []
    text = json.dumps(result.outcome).replace(str(result.server.port), "{port}")
    assert json.loads(text) == output(folder)


@cases
def test_no_error_contains_a_secret_or_a_word_of_the_message(folder):
    result = play(folder)
    words = [NOTIFICATION.subject, NOTIFICATION.recipient, *NOTIFICATION.text.split("\n")]
    secret_words = [word for word in [*words, *secrets(result.channel)] if word.strip()]
    assert [word for word in secret_words if word in json.dumps(result.outcome)] == []
    text = f"{result.channel.options!r} {result.channel.endpoint}"
    assert [word for word in secrets(result.channel) if word and word in text] == []


@cases
def test_second_attempt_sends_the_same_bytes(folder):
    """The other side can therefore recognise a message that it already has."""
    assert play(folder).server.received_bytes == play(folder).server.received_bytes


@cases
def test_only_send_sends(folder):
    """A probe transmits nothing of a message, and an accepted message was transmitted."""
    result = play(folder)
    is_transmitted = NOTIFICATION.message_id.strip("<>").encode() in result.server.received_bytes
    if meta(folder)["call"] == "probe":
        assert not is_transmitted
    elif "response" in output(folder):
        assert is_transmitted


@channels
def test_channel_has_cases_of_each_outcome(name):
    folders = [folder for folder in FOLDERS if folder.parent.name == name]
    outcomes = {
        (meta(folder)["call"], next(iter(output(folder) or {"ready": None}))) for folder in folders
    }
    assert outcomes >= {
        ("send", "response"),
        ("send", "transient"),
        ("send", "permanent"),
        ("probe", "ready"),
        ("probe", "transient"),
    }


@cases
def test_server_that_is_gone_is_transient(folder):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert list(call(build(folder, port), meta(folder)["call"])) == ["transient"]


@channels
def test_unknown_option_is_rejected(name):
    options_class = load("alerts.channels", name, Channel).Options
    with pytest.raises(ValidationError, match="no_such_option"):
        options_class.model_validate({"no_such_option": 1})
    assert options_class.model_config["frozen"]


@channels
def test_address_of_a_person_is_text(name):
    """It can be the recipient of a message, which is stored as an email."""
    address = load("alerts.channels", name, Channel).address(PERSON)
    assert isinstance(address, str)
    assert address.isprintable()


def test_dialogue_can_be_http():
    script = "C: POST /hook HTTP/1.1\nC*: \nBODY\nS: HTTP/1.1 200 OK\nS: Content-Length: 0\nS: \n"
    with Dialogue(script).running() as server:
        assert urlopen(f"http://127.0.0.1:{server.port}/hook", data=b"hello").status == 200
    assert server.differences == []
    assert server.received_bytes.endswith(b"\r\n\r\nhello")


def test_dialogue_reports_a_client_that_differs():
    with Dialogue("C: GET /other\nC*: \nS: HTTP/1.1 204 No\nS: \n").running() as server:
        urlopen(f"http://127.0.0.1:{server.port}/hook").close()
    assert server.differences == ["C: GET /other: 'GET /hook HTTP/1.1'"]
