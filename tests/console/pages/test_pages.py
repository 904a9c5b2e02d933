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
    *("verdicts", "entities", "phrases", "place"),
}
VERDICT = {
    *("watch", "sentiment", "probabilities", "polarity", "topics", "model", "text_sha256"),
    *("emotion", "intents", "offensive", "heads", "read_share"),
}
INCIDENT = {
    *("id", "watch", "topic", "kind", "state", "severity", "onset", "detected", "observed"),
    *("expected", "negative_share", "usual_share", "voices", "families", "mentions", "coverage"),
}
SOURCE = {
    *("name", "kind", "state", "since", "reason", "interval_s", "expected_per_hour", "fetched"),
    *("known", "edited", "new", "dropped", "requests", "bytes", "not_modified"),
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_html_that_names_its_twin(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    twin = re.search(r'<link rel="alternate" type="application/json" href="([^"]+)"', answer.text)
    assert client.get(unescape(twin[1])).status_code == 200


@pytest.mark.parametrize("path", PAGES.values())
def test_a_twin_has_the_head_of_every_json_object(client, path):
    answer = client.get(path)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json().keys() >= HEAD
    assert answer.json()["ok"] is True
    assert answer.json()["at"] == "2026-03-02T12:00:00Z"


def test_the_twins_have_the_keys_of_the_contract(client):
    def of(path):
        return client.get(path).json()

    found = of("/search.json")
    assert found.keys() >= {"query", "total", "mentions", "histogram", "facets"}
    assert found["mentions"][0].keys() >= MENTION | {"highlights"}
    assert found["mentions"][0]["verdicts"][0].keys() == VERDICT
    assert of(f"/mentions/{key('day3')}.json").keys() >= MENTION
    incidents = of("/incidents.json")
    assert [i["kind"] for i in incidents["notices"]] == ["sour"]
    assert incidents["incidents"][0].keys() >= INCIDENT
    assert of("/incidents/1.json").keys() >= INCIDENT | {"events"}
    assert of("/sources.json")["sources"][0].keys() == SOURCE
    letters = of("/inbox.json")["letters"]
    assert letters[0].keys() == {"kind", "subject", "recipient", "message_id", "state", "at"}
    status = of("/status.json")
    assert status.keys() - HEAD == {
        *("mentions", "models", "replay", "index", "outbox", "coverage", "silences", "calm"),
        *("processes", "settings"),
    }
    assert status["index"].keys() == {"engine", "docs", "lag"}


@pytest.mark.parametrize("path", [*PAGES, "/?q=brake&range=all", "/incidents/2", "/inbox/2"])
def test_no_word_of_a_stranger_can_act(client, path):
    """Markup, template syntax and control characters of mentions are inert text or absent."""
    html = client.get(path).text
    document = fromstring(html)
    assert {script.get("src")[:8] for script in document.iter("script")} == {"/static/"}
    assert not list(document.iter("img", "style", "base", "object", "embed"))
    for element in document.iter():
        assert not any(name.startswith("on") or name == "style" for name in element.attrib)
        assert re.match(r"/|#|https://", element.get("href", "/"))
    assert not re.search("[\x00\x1b\u202e]", html)


@pytest.mark.slow
def test_every_link_of_every_page_answers(client):
    """Without JavaScript a page is its links and forms."""
    seen, waiting = set(), list(PAGES)
    while waiting and len(seen) < 150:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        if "text/html" in answer.headers["content-type"]:
            links = map(unescape, re.findall(r'(?:href|src)="(/[^"]*)"', answer.text))
            waiting += [link for link in links if link not in seen]
    assert len(seen) > 60


def test_no_page_loads_anything_from_afar(client):
    for path in PAGES:
        document = fromstring(client.get(path).text)
        loaded = [*document.xpath("//@src"), *document.xpath("//link/@href")]
        assert loaded
        assert all(url.startswith("/") and not url.startswith("//") for url in loaded), path


def test_a_page_that_is_none_says_so_in_the_form_that_was_asked_for(client):
    page, twin = client.get("/nope"), client.get("/nope.json")
    assert (page.status_code, twin.status_code) == (404, 404)
    assert "Page not found" in page.text
    assert twin.json()["error"] == "Page not found. Check the address, or search for the mention."


def test_a_wrong_parameter_is_explained_in_the_form_that_was_asked_for(client):
    page, twin = client.get("/?range=9y"), client.get("/search.json?sentiment=bogus")
    assert (page.status_code, twin.status_code) == (422, 422)
    assert "“9y” is not a value of range. Use 24h, 7d, 28d, all." in page.text
    assert "“bogus” is not a value of sentiment. Use " in twin.json()["error"]
    assert "negative" in twin.json()["error"]


def test_the_open_incident_stands_on_every_page(client):
    for path in ("/", "/sources", "/status", "/nope"):
        assert "INC-1" in client.get(path).text, path


def test_a_silence_stands_on_every_page_and_calm_is_not_claimed(client, filled_record):
    with filled_record.write() as tx:
        processes.mark_failing(tx, "analyse", reason="it died")
    assert "Scoring has been delayed since" in client.get("/").text
    assert client.get("/status.json").json()["calm"] is None


def test_a_process_that_says_nothing_any_more_is_not_shown_at_work(context):
    later = sample_installation.make_client(
        replace(context, now=lambda: sample_installation.NOW + sample_installation.HOUR)
    )
    page = later.get("/status").text
    assert page.count("Not responding") == 3
    assert "Running" not in page
    assert {p["state"] for p in later.get("/status.json").json()["processes"]} == {"working"}


def test_the_status_tells_whose_verdicts_stand_and_how_far_a_replay_is(client, filled_record):
    with filled_record.write() as tx:
        models = rescoring.by_model(tx)
        rescoring.start(tx, "another@1")
        waiting = rescoring.remaining(tx, "another@1")
    said = unescape(fromstring(client.get("/status").text).text_content())
    assert waiting > 1
    assert f"{waiting} mentions still to be re-scored by another@1" in said
    for model, count in models.items():
        assert f"{count} by {model}" in said


def test_a_late_source_is_so_since_it_was_last_heard(context, filled_record):
    """The time is that of the last success, not of the first."""
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


def test_a_record_out_of_reach_is_503_in_either_form(context, tmp_path):
    """Open incidents are unknown: the page states the outage and claims no calm."""
    (folder := tmp_path / "gone").mkdir()
    lost = Database(f"sqlite:///{folder / 'record.db'}")
    folder.rmdir()
    client = sample_installation.make_client(replace(context, database=lost))
    for path in ("/", "/status", "/incidents/1"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "The database does not respond" in answer.text
        assert "incident and coverage status unknown" in answer.text
        assert "No mentions yet" not in answer.text
    assert client.get("/status.json").status_code == 503
    assert client.get("/healthz").status_code == 200
