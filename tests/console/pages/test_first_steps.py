"""The first look: each empty page gives its reason and the lines to write."""

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
def first_desk(sqlite_record):
    return sample_installation.make_context(sqlite_record, MemoryIndex())


@pytest.fixture
def browser(first_desk):
    return sample_installation.make_client(first_desk)


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


def dot(client, path="/"):
    return fromstring(client.get(path).text).cssselect(".fresh .dot")[0].get("class")


@pytest.mark.parametrize("lines", [SOURCE_LINES, WATCH_LINES, MAIL_LINES])
def test_the_lines_are_valid_settings(lines, tmp_path):
    Settings.model_validate(yaml.safe_load(lines) | {"state": str(tmp_path)})


@pytest.mark.parametrize("path", EMPTY_PAGES)
def test_without_a_source_every_page_shows_the_lines_to_add(browser, sqlite_record, path):
    add_watch(sqlite_record)
    text = main_text(browser, path)
    assert "there is nothing to fetch yet: add a source to harken.yaml" in text
    assert "kind: feed" in text
    assert "url: https://" in text
    assert "watches:" not in text
    assert dot(browser, path) == "dot waiting"


def test_the_page_of_no_sources_has_no_table_and_claims_no_answers(browser, sqlite_record):
    text = main_text(browser, "/sources")
    assert "up to date" not in text
    assert not fromstring(browser.get("/sources").text).cssselect("table")


@pytest.mark.parametrize("path", EMPTY_PAGES[:3])
def test_without_a_watch_every_page_shows_the_lines_to_add(browser, sqlite_record, path):
    add_source(sqlite_record)
    text = main_text(browser, path)
    assert "add a watch to harken.yaml" in text
    assert "query: acme" in text
    assert "sources:" not in text


def test_a_fresh_file_shows_both_at_once(browser):
    text = main_text(browser, "/")
    assert "add a watch and a source to harken.yaml" in text
    assert "query: acme" in text
    assert "kind: feed" in text
    assert "Mentions per" not in text  # a chart of nothing


def test_before_the_first_mention_a_page_gives_the_state_of_the_crawls(browser, sqlite_record):
    add_watch(sqlite_record)
    add_source(sqlite_record, due=NOW + timedelta(minutes=5))
    assert "The first crawl starts at Mon 2 Mar, 13:05" in main_text(browser, "/")
    with sqlite_record.write() as tx:
        runs.start(tx, "run-1", "blog", now=NOW)
    assert "The source is being crawled now." in main_text(browser, "/incidents")
    with sqlite_record.write() as tx:
        runs.close_orphaned(tx, now=NOW)
        sources.record_outcome(tx, "blog", state="failed", reason="timeout", now=NOW)
    assert "The source could not be fetched. The next try is at" in main_text(browser, "/")
    assert dot(browser) == "dot waiting"
    with sqlite_record.write() as tx:
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOW)
    assert "no post matched a watch. The next crawl is at" in main_text(browser, "/")
    assert dot(browser) == "dot waiting"


def test_filters_that_match_nothing_keep_their_own_sentence(client, filled_record):
    with filled_record.write() as tx:
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOW)
    text = main_text(client, "/?q=nowhere")
    assert "No results" in text
    assert "Try fewer words" in text
    assert dot(client) == "dot well"


def test_a_backlog_is_no_language_and_is_shown_on_the_search_page_alone(client, filled_record):
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


def test_without_a_mail_server_emails_are_kept_and_never_queued(context):
    client = sample_installation.make_client(replace(context, has_mail_server=False))
    text = main_text(client, "/inbox")
    assert "No mail server is set: emails stay here" in text
    assert "host: smtp.example.org" in text
    assert "not sent" in text
    assert "queued" not in text
    assert "exactly as sent" not in text
    assert "queued" not in main_text(client, "/inbox/2")
    assert "not sent" in main_text(client, "/status")


def test_with_a_mail_server_an_unsent_email_is_queued(client):
    for path in ("/inbox", "/inbox/2", "/status"):
        text = main_text(client, path)
        assert "queued" in text
        assert "No mail server" not in text
