"""Emails in the outbox, and the sandboxed frame for their HTML."""

import re
from dataclasses import replace

import pytest

from alerts.messages.brief import compose_brief
from alerts.messages.mime import from_mime, to_mime
from store.alerts import outbox
from tests.alerts.example_emails import ENVELOPE, brief_facts
from tests.console.sample_installation import NOW
from tests.store.factories import outbox_message


@pytest.fixture
def brief(filled_record):
    """Return the number of a real brief with its chart."""
    notification = compose_brief(brief_facts(), ENVELOPE, NOW)
    with filled_record.write() as tx:
        outbox.enqueue(
            tx,
            [outbox_message("real", eml=to_mime(notification), subject=notification.subject)],
            now=NOW,
        )
        return next(row.id for row in outbox.recent(tx) if row.key == "real")


def test_frame_is_sandboxed_by_attribute_and_header(client):
    page = client.get("/inbox/1").text
    frame = re.search(r"<iframe[^>]*>", page)[0]
    assert 'src="/inbox/1.html"' in frame
    permissions = re.search(r'sandbox(?:="([^"]*)")?', frame)[1] or ""
    assert set(permissions.split()) <= {"allow-top-navigation-by-user-activation"}
    policy = client.get("/inbox/1.html").headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy
    assert re.search(r"sandbox(?! [^;]*(scripts|same-origin|forms))", policy)
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_only_the_html_of_an_email_may_be_in_a_frame(client):
    for path in ("/inbox/1", "/inbox/1.eml", "/"):
        assert "frame-ancestors 'none'" in client.get(path).headers["content-security-policy"]


def test_brief_loads_its_chart_from_the_console(client, brief):
    html = client.get(f"/inbox/{brief}.html").text
    assert "cid:" not in html
    sources = re.findall(r'<img[^>]*src="([^"]+)"', html)
    assert sources
    for source in sources:
        response = client.get(source)
        assert response.headers["content-type"] == "image/png"
        assert response.content.startswith(b"\x89PNG")
    assert client.get(f"/inbox/{brief}/nothing").status_code == 404


def test_links_of_an_email_leave_the_frame(client, brief):
    """In the frame they would fail: no page of the console may be in a frame."""
    assert '<base target="_top">' in client.get(f"/inbox/{brief}.html").text


def test_eml_is_the_stored_message(client, brief, filled_record):
    with filled_record.read() as tx:
        row = outbox.get(tx, brief)
    response = client.get(f"/inbox/{brief}.eml")
    assert response.content == row.eml
    assert response.headers["content-type"] == "message/rfc822"
    assert "attachment" in response.headers["content-disposition"]
    assert from_mime(response.content).message_id == f"<inc-7.r1@{ENVELOPE.sender_domain}>"


def test_waiting_email_shows_its_reason(client):
    html = client.get("/inbox").text
    assert "451 try again &lt;later&gt;" in html
    rows = client.get("/inbox.json").json()["letters"]
    assert {row["state"] for row in rows} == {"due", "sent"}


def test_json_of_an_email_is_its_row_and_text(client):
    twin = client.get("/inbox/1.json").json()
    assert twin["letter"] in client.get("/inbox.json").json()["letters"]
    assert twin["text"] == "64 people complaining\n"


@pytest.mark.parametrize("end", ["", ".json", ".html", ".eml", "/chart"])
def test_unknown_email_is_not_found(client, end):
    assert client.get(f"/inbox/99{end}").status_code == 404


def test_subject_is_escaped(client, filled_record):
    bad = replace(outbox_message("bad"), subject="</title><script>alert(1)</script>")
    with filled_record.write() as tx:
        outbox.enqueue(tx, [bad], now=NOW)
    assert "<script>alert" not in client.get("/inbox").text
