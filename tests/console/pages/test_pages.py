"""All pages of a console over a filled database."""

import re
from dataclasses import replace
from html import unescape

import pytest
from lxml.html import fromstring

from store import processes
from store.analysis import rescoring
from store.crawl import sources
from store.database import Database
from tests.console import sample_installation
from tests.store.factories import key

HEAD = {"schema", "verb", "ok", "at"}
PAGES = {
    "/": "/search.json",
    "/search": "/search.json",
    f"/mentions/{key('day3')}": f"/mentions/{key('day3')}.json",
    f"/m/{key('hostile0')}": f"/m/{key('hostile0')}.json",
    "/incidents": "/incidents.json",
    "/incidents/1": "/incidents/1.json",
    "/sources": "/sources.json",
    "/inbox": "/inbox.json",
    "/inbox/1": "/inbox/1.json",
    "/status": "/status.json",
}
MENTION = {
    *("id", "uri", "url", "sources", "state", "analysis", "published", "edited", "first_seen"),
    *("last_seen", "revision", "text", "text_sha256", "language", "voice", "family", "watches"),
    *("verdicts", "entities", "phrases", "place", "undated"),
}
VERDICT = {
    *("watch", "sentiment", "probabilities", "polarity", "topics", "model", "text_sha256"),
    *("emotion", "intents", "offensive", "heads", "read_share", "ironic", "role", "prior"),
    *("rule", "orders_left_out"),
}
INCIDENT = {
    *("id", "watch", "topic", "kind", "state", "severity", "onset", "detected", "observed"),
    *("expected", "negative_share", "usual_share", "voices", "families", "mentions", "coverage"),
}
SOURCE = {
    *("name", "kind", "state", "since", "reason", "interval_s", "expected_per_hour", "fetched"),
    *("known", "edited", "new", "dropped", "undated", "requests", "bytes", "not_modified"),
}


@pytest.mark.parametrize("path", PAGES)
def test_page_is_html_with_a_link_to_its_json(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    link = re.search(r'<link rel="alternate" type="application/json" href="([^"]+)"', response.text)
    assert client.get(unescape(link[1])).status_code == 200


@pytest.mark.parametrize("path", PAGES.values())
def test_json_has_the_common_head(client, path):
    response = client.get(path)
    assert response.headers["content-type"] == "application/json"
    assert response.json().keys() >= HEAD
    assert response.json()["ok"] is True
    assert response.json()["at"] == "2026-03-02T12:00:00Z"


def test_json_has_the_keys_of_the_contract(client):
    def get_json(path):
        return client.get(path).json()

    results = get_json("/search.json")
    assert results.keys() >= {"query", "total", "mentions", "histogram", "facets"}
    assert results["mentions"][0].keys() >= MENTION | {"highlights"}
    assert results["mentions"][0]["verdicts"][0].keys() == VERDICT
    assert get_json(f"/mentions/{key('day3')}.json").keys() >= MENTION
    incidents = get_json("/incidents.json")
    assert [i["kind"] for i in incidents["notices"]] == ["sour"]
    assert incidents["incidents"][0].keys() >= INCIDENT
    assert get_json("/incidents/1.json").keys() >= INCIDENT | {"events"}
    assert get_json("/sources.json")["sources"][0].keys() == SOURCE
    emails = get_json("/inbox.json")["letters"]
    assert emails[0].keys() == {"kind", "subject", "recipient", "message_id", "state", "at"}
    status = get_json("/status.json")
    assert status.keys() - HEAD == {
        *("mentions", "models", "replay", "index", "outbox", "coverage", "silences", "calm"),
        *("processes", "settings", "shares", "unsupported", "undated", "drift"),
    }
    assert status["index"].keys() == {"engine", "docs", "lag"}


@pytest.mark.parametrize("path", [*PAGES, "/?q=brake&range=all", "/incidents/2", "/inbox/2"])
def test_foreign_text_is_inert(client, path):
    """Markup, template syntax and control characters of mentions are escaped or removed."""
    html = client.get(path).text
    document = fromstring(html)
    assert {script.get("src")[:8] for script in document.iter("script")} == {"/static/"}
    assert not list(document.iter("img", "style", "base", "object", "embed"))
    for element in document.iter():
        assert not any(name.startswith("on") or name == "style" for name in element.attrib)
        assert re.match(r"/|#|https://", element.get("href", "/"))
    assert not re.search("[\x00\x1b\u202e]", html)


@pytest.mark.slow
def test_every_link_responds(client):
    """Without JavaScript, pages have links and forms only."""
    visited_paths, pending_paths = set(), list(PAGES)
    while pending_paths and len(visited_paths) < 150:
        path = pending_paths.pop()
        if path in visited_paths:
            continue
        visited_paths.add(path)
        response = client.get(path)
        assert response.status_code == 200, path
        if "text/html" in response.headers["content-type"]:
            links = map(unescape, re.findall(r'(?:href|src)="(/[^"]*)"', response.text))
            pending_paths += [link for link in links if link not in visited_paths]
    assert len(visited_paths) > 60


def test_no_page_loads_anything_from_other_hosts(client):
    for path in PAGES:
        document = fromstring(client.get(path).text)
        urls = [*document.xpath("//@src"), *document.xpath("//link/@href")]
        assert urls
        assert all(url.startswith("/") and not url.startswith("//") for url in urls), path


def test_unknown_page_is_404_as_html_and_json(client):
    page, twin = client.get("/nope"), client.get("/nope.json")
    assert (page.status_code, twin.status_code) == (404, 404)
    assert "Page not found" in page.text
    assert twin.json()["error"] == "Page not found. Check the address, or search for the mention."


def test_wrong_parameter_is_422_as_html_and_json(client):
    page, twin = client.get("/?range=9y"), client.get("/search.json?sentiment=bogus")
    assert (page.status_code, twin.status_code) == (422, 422)
    assert "“9y” is not a value of range. Use 24h, 7d, 28d, all." in page.text
    assert "“bogus” is not a value of sentiment. Use " in twin.json()["error"]
    assert "negative" in twin.json()["error"]


def test_open_incident_is_shown_on_every_page(client):
    for path in ("/", "/sources", "/status", "/nope"):
        assert "INC-1" in client.get(path).text, path


def test_outage_is_shown_and_calm_is_unknown(client, filled_record):
    with filled_record.write() as tx:
        processes.mark_failing(tx, "analyse", reason="it died")
    assert "Scoring has been delayed since" in client.get("/").text
    assert client.get("/status.json").json()["calm"] is None


def test_process_without_a_heartbeat_is_not_responding(context):
    client = sample_installation.make_client(
        replace(context, now=lambda: sample_installation.NOW + sample_installation.HOUR)
    )
    page = client.get("/status").text
    assert page.count("Not responding") == 3
    assert "Running" not in page
    assert {p["state"] for p in client.get("/status.json").json()["processes"]} == {"working"}


def test_status_counts_scores_by_model_and_rescoring(client, filled_record):
    with filled_record.write() as tx:
        models = rescoring.by_model(tx)
        rescoring.start(tx, "another@1")
        waiting = rescoring.remaining(tx, "another@1")
    text = unescape(fromstring(client.get("/status").text).text_content())
    assert waiting > 1
    assert f"{waiting} mentions still to be re-scored by another@1" in text
    for model, count in models.items():
        assert f"{count} by {model}" in text


def test_status_states_the_negative_share_of_a_watch(client):
    (row,) = [row for row in client.get("/status.json").json()["shares"] if row["scored"]]
    text = unescape(fromstring(client.get("/status").text).text_content())
    assert f"of {row['scored']} scored mention" in text
    assert "The error of the model is unmeasured" in text


def test_late_source_is_late_since_its_last_success(context, filled_record):
    """The time is that of the last successful crawl, not of the first."""
    with filled_record.write() as tx:
        for slug in ("blog", "forum"):
            sources.record_outcome(
                tx,
                slug,
                state="ok",
                reason=None,
                now=sample_installation.NOW - 9 * sample_installation.HOUR,
            )
            sources.record_outcome(tx, slug, state="ok", reason=None, now=sample_installation.NOW)
    page = (
        sample_installation.make_client(
            replace(context, now=lambda: sample_installation.NOW + 9 * sample_installation.HOUR)
        )
        .get("/sources")
        .text
    )
    assert page.count("since Mon 2 Mar, 13:00") >= 2
    assert "since Mon 2 Mar, 04:00" not in page


def test_unavailable_database_is_503_as_html_and_json(context, tmp_path):
    """Open incidents are unknown: the page states the outage and no calm."""
    (folder := tmp_path / "gone").mkdir()
    database = Database(f"sqlite:///{folder / 'record.db'}")
    folder.rmdir()
    client = sample_installation.make_client(replace(context, database=database))
    for path in ("/", "/status", "/incidents/1"):
        response = client.get(path)
        assert response.status_code == 503
        assert "The database does not respond" in response.text
        assert "incident and coverage status unknown" in response.text
        assert "No mentions yet" not in response.text
    assert client.get("/status.json").status_code == 503
    assert client.get("/healthz").status_code == 200
