"""The page of an incident, and the button that acknowledges it."""

import re
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import select

from console import csrf
from console.pages.incident import acknowledge
from core.incident import IncidentState
from store.alerts import incidents
from store.alerts.people import OPERATOR
from store.tables import audit
from tests.alerts.example_emails import QUALITY
from tests.console import sample_installation
from tests.console.sample_installation import NOW, crisis_mentions
from tests.store.factories import key

URL = "/incidents/1/acknowledge"
SAME_ORIGIN = {"sec-fetch-site": "same-origin", "origin": "null"}
OWN_ORIGIN = {"origin": "http://127.0.0.1:8642"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def acknowledge_by_form(client, token=None, **headers):
    """Post the form of the page; return the response."""
    token = csrf.create_token(URL) if token is None else token
    options = {"headers": FORM | (headers or SAME_ORIGIN), "content": f"token={token}"}
    return client.post(URL, **options)


def state(record):
    with record.read() as tx:
        return incidents.get(tx, 1)


def test_page_has_the_figures_and_links_of_the_email(client, filled_record):
    html = client.get("/incidents/1").text
    incident = state(filled_record)
    assert f"{incident.observed} people complaining in 1 h" in html
    assert "10%" not in html or "30%" in html
    assert "INC-1" in html
    assert "Opened." in html
    links = set(re.findall(r'href="/m(?:entions)?/([0-9a-f]{32})"', html))
    assert links
    assert links <= {key(name) for name in crisis_mentions()}


def test_page_states_the_quality_of_the_model_if_known(context, client):
    sentence = "right in about 7 of 10 English posts; measured on 4,700 held-back tweets"
    quality_client = sample_installation.make_client(
        replace(context, quality={"lexicon": QUALITY}.get)
    )
    assert sentence in quality_client.get("/incidents/1").text
    assert sentence not in client.get("/incidents/1").text


def test_search_link_has_the_mentions_of_the_incident(client):
    html = client.get("/incidents/1").text
    search = unescape(re.search(r'class="button" href="([^"]+)"', html)[1])
    body = client.get(search.replace("/?", "/search.json?", 1)).json()
    assert {m["id"] for m in body["mentions"]} >= {key(name) for name in crisis_mentions()}


def test_button_acknowledges_once(client, filled_record):
    before = state(filled_record)
    html = client.get("/incidents/1").text
    token = re.search(r'name="token" value="([0-9a-f]{64})"', html)[1]
    response = acknowledge_by_form(client, token)
    assert (response.status_code, response.headers["location"]) == (303, "/incidents/1")
    after = state(filled_record)
    assert after.state is IncidentState.ACKNOWLEDGED
    assert after.revision == before.revision + 1
    assert acknowledge_by_form(client, token).status_code == 303
    assert state(filled_record) == after
    with filled_record.read() as tx:
        events = incidents.events(tx, 1)
        audit_rows = tx.execute(select(audit)).all()
    assert [(e["reason"], e["person"]) for e in events[1:]] == [("acknowledged", OPERATOR)]
    assert [(n.person, n.action, n.subject) for n in audit_rows] == [
        (OPERATOR, "acknowledge", "incident:1")
    ]


def test_acknowledged_incident_has_a_person_and_no_alarm(client):
    assert "strip alarm" in client.get("/").text
    acknowledge_by_form(client)
    html = client.get("/incidents/1").text
    assert "Acknowledged." in html
    assert OPERATOR in html
    assert "<form" not in html
    assert "strip alarm" not in client.get("/").text


def test_second_of_two_acknowledgements_is_refused(filled_record):
    """The revision of the second person is outdated: nothing is stored."""
    stale = state(filled_record)
    with filled_record.write() as tx:
        assert acknowledge(tx, stale, person="ann", now=NOW)
    with filled_record.write() as tx:
        assert not acknowledge(tx, stale, person="bob", now=NOW)
    with filled_record.read() as tx:
        assert [e["person"] for e in incidents.events(tx, 1)] == [None, "ann"]


def test_acknowledgement_keeps_the_state_of_the_detector(client, filled_record):
    acknowledge_by_form(client)
    with filled_record.read() as tx:
        ((_, detector_json),) = [
            c for c in incidents.active_or_recent(tx, "acme", since=NOW) if c[0].id == 1
        ]
    assert detector_json == {"opened": "then"}


@pytest.mark.parametrize(
    "headers",
    [
        SAME_ORIGIN,
        OWN_ORIGIN,
        OWN_ORIGIN | {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin"},
    ],
)
def test_request_of_the_same_origin_is_accepted(client, headers):
    assert acknowledge_by_form(client, **headers).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "*/*"},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
        OWN_ORIGIN | {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_request_of_another_origin_is_refused_with_a_valid_token(client, filled_record, headers):
    assert acknowledge_by_form(client, **headers).status_code == 403
    assert state(filled_record).state is IncidentState.OPEN


@pytest.mark.parametrize(
    "token",
    ["", "0" * 64, "é", csrf.create_token("/incidents/2/acknowledge")],
    ids=["none", "zeros", "no hex", "of another"],
)
def test_wrong_token_is_refused(client, filled_record, token):
    assert acknowledge_by_form(client, token).status_code == 403
    assert state(filled_record).state is IncidentState.OPEN


def test_empty_body_is_refused(client):
    assert client.post(URL, headers=SAME_ORIGIN).status_code == 403


def test_get_does_not_acknowledge(client, filled_record):
    assert client.get(URL).status_code == 405
    assert state(filled_record).state is IncidentState.OPEN


def test_resolved_incident_has_no_button(client):
    """Its page and its email state the same."""
    html = client.get("/incidents/2").text
    assert "resolved" in html
    assert "<form" not in html


@pytest.mark.parametrize("path", ["/incidents/99", "/incidents/99.json"])
def test_unknown_incident_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_json_has_the_events(client):
    twin = client.get("/incidents/1.json").json()
    assert [e["reason"] for e in twin["events"]] == ["opened"]
    assert twin["mentions"] == [key(name) for name in crisis_mentions()]
