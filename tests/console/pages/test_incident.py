"""The incident's page, and the button that acknowledges it."""

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
from tests.console import sample_installation
from tests.console.sample_installation import NOW, crisis_mentions
from tests.store.factories import key

URL = "/incidents/1/acknowledge"
OURS = {"sec-fetch-site": "same-origin", "origin": "null"}
OWN_ORIGIN = {"origin": "http://127.0.0.1:8642"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def press(client, token=None, **headers):
    """Post the form of the page; return the response."""
    token = csrf.create_token(URL) if token is None else token
    request = {"headers": FORM | (headers or OURS), "content": f"token={token}"}
    return client.post(URL, **request)


def state(record):
    with record.read() as tx:
        return incidents.get(tx, 1)


def test_the_page_tells_what_the_letter_tells(client, filled_record):
    html = client.get("/incidents/1").text
    incident = state(filled_record)
    assert f"{incident.observed} people complaining in 1 h" in html
    assert "10%" not in html or "30%" in html
    assert "INC-1" in html
    assert "Opened." in html
    links = set(re.findall(r'href="/m(?:entions)?/([0-9a-f]{32})"', html))
    assert links
    assert links <= {key(name) for name in crisis_mentions()}


def test_how_good_the_model_is_stands_there_where_it_is_known(context, client):
    sentence = "on average it finds 74% of the posts of each class in English tweets"
    quality_client = sample_installation.make_client(
        replace(context, quality={"lexicon": 0.741}.get)
    )
    assert sentence in quality_client.get("/incidents/1").text
    assert sentence not in client.get("/incidents/1").text


def test_its_search_holds_its_mentions(client):
    html = client.get("/incidents/1").text
    search = unescape(re.search(r'class="button" href="([^"]+)"', html)[1])
    body = client.get(search.replace("/?", "/search.json?", 1)).json()
    assert {m["id"] for m in body["mentions"]} >= {key(name) for name in crisis_mentions()}


def test_the_button_acknowledges_once(client, filled_record):
    before = state(filled_record)
    html = client.get("/incidents/1").text
    token = re.search(r'name="token" value="([0-9a-f]{64})"', html)[1]
    answer = press(client, token)
    assert (answer.status_code, answer.headers["location"]) == (303, "/incidents/1")
    after = state(filled_record)
    assert after.state is IncidentState.ACKNOWLEDGED
    assert after.revision == before.revision + 1
    assert press(client, token).status_code == 303
    assert state(filled_record) == after
    with filled_record.read() as tx:
        events = incidents.events(tx, 1)
        noted = tx.execute(select(audit)).all()
    assert [(e["reason"], e["person"]) for e in events[1:]] == [("acknowledged", OPERATOR)]
    assert [(n.person, n.action, n.subject) for n in noted] == [
        (OPERATOR, "acknowledge", "incident:1")
    ]


def test_afterwards_the_page_says_who_has_seen_it_and_no_strip_shouts(client):
    assert "strip alarm" in client.get("/").text
    press(client)
    html = client.get("/incidents/1").text
    assert "Acknowledged." in html
    assert OPERATOR in html
    assert "<form" not in html
    assert "strip alarm" not in client.get("/").text


def test_of_two_who_press_at_once_one_is_the_first(filled_record):
    """The second person's revision is outdated: nothing is written."""
    stale = state(filled_record)
    with filled_record.write() as tx:
        assert acknowledge(tx, stale, person="ann", now=NOW)
    with filled_record.write() as tx:
        assert not acknowledge(tx, stale, person="bob", now=NOW)
    with filled_record.read() as tx:
        assert [e["person"] for e in incidents.events(tx, 1)] == [None, "ann"]


def test_what_the_state_machine_keeps_is_kept(client, filled_record):
    press(client)
    with filled_record.read() as tx:
        ((_, course),) = [
            c for c in incidents.active_or_recent(tx, "acme", since=NOW) if c[0].id == 1
        ]
    assert course == {"opened": "then"}


@pytest.mark.parametrize(
    "headers",
    [
        OURS,
        OWN_ORIGIN,
        OWN_ORIGIN | {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-origin"},
    ],
)
def test_a_page_of_ours_may_press(client, headers):
    assert press(client, **headers).status_code == 303


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
def test_a_foreign_page_may_not_even_with_the_token(client, filled_record, headers):
    assert press(client, **headers).status_code == 403
    assert state(filled_record).state is IncidentState.OPEN


@pytest.mark.parametrize(
    "token",
    ["", "0" * 64, "é", csrf.create_token("/incidents/2/acknowledge")],
    ids=["none", "zeros", "no hex", "of another"],
)
def test_without_the_token_of_this_very_button_nothing_is_pressed(client, filled_record, token):
    assert press(client, token).status_code == 403
    assert state(filled_record).state is IncidentState.OPEN


def test_an_empty_body_is_no_token(client):
    assert client.post(URL, headers=OURS).status_code == 403


def test_a_get_never_acknowledges(client, filled_record):
    assert client.get(URL).status_code == 405
    assert state(filled_record).state is IncidentState.OPEN


def test_an_incident_that_is_over_is_told_as_of_its_end(client):
    """Its email states the same; later hours are not part of it."""
    html = client.get("/incidents/2").text
    assert "resolved" in html
    assert "<form" not in html


@pytest.mark.parametrize("path", ["/incidents/99", "/incidents/99.json"])
def test_an_incident_that_is_none_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_the_twin_tells_the_events(client):
    twin = client.get("/incidents/1.json").json()
    assert [e["reason"] for e in twin["events"]] == ["opened"]
    assert twin["mentions"] == [key(name) for name in crisis_mentions()]
