"""First steps: each empty page states its reason and the settings to add."""

from dataclasses import replace
from datetime import timedelta

import pytest
import yaml
from lxml.html import fromstring

from config.settings import Settings
from console.first_steps import MAIL_LINES, SOURCE_LINES, WATCH_LINES
from indexer.engines.memory import MemoryIndex
from store import watches
from store.crawl import runs, sources
from tests.console import sample_installation
from tests.store import factories

NOW = sample_installation.NOW
EMPTY_PAGES = ("/", "/?q=acme&sentiment=negative", "/incidents", "/sources", "/inbox", "/status")


@pytest.fixture
def empty_context(sqlite_record):
    return sample_installation.make_context(sqlite_record, MemoryIndex())


@pytest.fixture
def empty_client(empty_context):
    return sample_installation.make_client(empty_context)


def add_watch(record):
    with record.write() as tx:
        watches.replace_from_file(tx, [factories.watch()], [])


def add_source(record, *, due=NOW):
    with record.write() as tx:
        rows = [("blog", "feed", {"url": "https://blog.example/feed.xml"}, 900)]
        sources.replace_from_file(tx, rows, now=due)


def main_text(client, path):
    main = fromstring(client.get(path).text).cssselect("main")[0]
    return " ".join(main.text_content().split())


def status_dot_class(client, path="/"):
    return fromstring(client.get(path).text).cssselect(".fresh .dot")[0].get("class")


@pytest.mark.parametrize("lines", [SOURCE_LINES, WATCH_LINES, MAIL_LINES])
def test_lines_to_add_are_valid_settings(lines, tmp_path):
    Settings.model_validate(yaml.safe_load(lines) | {"state": str(tmp_path)})


@pytest.mark.parametrize("path", EMPTY_PAGES)
def test_every_page_shows_how_to_add_a_first_source(empty_client, sqlite_record, path):
    add_watch(sqlite_record)
    text = main_text(empty_client, path)
    assert "there is nothing to fetch yet: add a source to harken.yaml" in text
    assert "kind: feed" in text
    assert "url: https://" in text
    assert "watches:" not in text
    assert status_dot_class(empty_client, path) == "dot waiting"


def test_sources_page_without_sources_has_no_table(empty_client, sqlite_record):
    text = main_text(empty_client, "/sources")
    assert "up to date" not in text
    assert not fromstring(empty_client.get("/sources").text).cssselect("table")


@pytest.mark.parametrize("path", EMPTY_PAGES[:3])
def test_every_page_shows_how_to_add_a_first_watch(empty_client, sqlite_record, path):
    add_source(sqlite_record)
    text = main_text(empty_client, path)
    assert "add a watch to harken.yaml" in text
    assert "query: acme" in text
    assert "sources:" not in text


def test_new_installation_shows_how_to_add_both(empty_client):
    text = main_text(empty_client, "/")
    assert "add a watch and a source to harken.yaml" in text
    assert "query: acme" in text
    assert "kind: feed" in text
    assert "Mentions per" not in text  # a chart of nothing


def test_pages_state_the_crawls_before_the_first_mention(empty_client, sqlite_record):
    add_watch(sqlite_record)
    add_source(sqlite_record, due=NOW + timedelta(minutes=5))
    assert "The first crawl starts at Mon 2 Mar, 13:05" in main_text(empty_client, "/")
    with sqlite_record.write() as tx:
        runs.start(tx, "run-1", "blog", now=NOW)
    assert "The source is being crawled now." in main_text(empty_client, "/incidents")
    with sqlite_record.write() as tx:
        runs.close_orphaned(tx, now=NOW)
        sources.record_outcome(tx, "blog", state="failed", reason="timeout", now=NOW)
    assert "The source could not be fetched. The next try is at" in main_text(empty_client, "/")
    assert status_dot_class(empty_client) == "dot waiting"
    with sqlite_record.write() as tx:
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOW)
    assert "no post matched a watch. The next crawl is at" in main_text(empty_client, "/")
    assert status_dot_class(empty_client) == "dot waiting"


def test_search_without_results_has_its_own_sentence(client, filled_record):
    with filled_record.write() as tx:
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOW)
    text = main_text(client, "/?q=nowhere")
    assert "No results" in text
    assert "Try fewer words" in text
    assert status_dot_class(client) == "dot well"


def test_backlog_of_scoring_is_on_the_search_page_only(client, filled_record):
    assert "Scoring:" not in main_text(client, "/")
    factories.store_page(
        filled_record, factories.crawled_post("late", "acme again", published=NOW), at=NOW
    )
    assert "Scoring: 1 of 74 mentions has no sentiment yet." in main_text(client, "/")
    assert "Scoring:" not in main_text(client, "/status")
    factories.store_page(
        filled_record, factories.crawled_post("later", "acme once more", published=NOW), at=NOW
    )
    assert "Scoring: 2 of 75 mentions have no sentiment yet." in main_text(client, "/")


def test_emails_without_a_mail_server_are_not_sent_and_not_queued(context):
    client = sample_installation.make_client(replace(context, has_mail_server=False))
    text = main_text(client, "/inbox")
    assert "No mail server is set: emails stay here" in text
    assert "host: smtp.example.org" in text
    assert "not sent" in text
    assert "queued" not in text
    assert "exactly as sent" not in text
    assert "queued" not in main_text(client, "/inbox/2")
    assert "not sent" in main_text(client, "/status")


def test_unsent_email_with_a_mail_server_is_queued(client):
    for path in ("/inbox", "/inbox/2", "/status"):
        text = main_text(client, path)
        assert "queued" in text
        assert "No mail server" not in text
