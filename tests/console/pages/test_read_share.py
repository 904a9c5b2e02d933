"""Long texts that were scored in part: pages and their JSON state the share."""

import pytest
from lxml.html import fromstring
from sqlalchemy import update

from alerts.messages.quotes import read_share_message
from indexer.engines.memory import MemoryIndex
from store import tables
from store.analysis.verdicts import save_results
from templates.i18n import Translator
from tests.console import sample_installation
from tests.store import factories
from tests.store.factories import key

TEXT = "My acme broke again; " + "nobody answers. " * 1000
SENTENCE = "Long post: scored on 12% of its text"


@pytest.fixture
def long_text_client(filled_record):
    """Return a client; a long text is the only post of the incident."""
    at = sample_installation.NOW - sample_installation.HOUR / 6
    factories.store_page(
        filled_record, factories.crawled_post("long", TEXT, published=at, matches={"acme": "r1"})
    )
    result = factories.analysis_result(
        "long", TEXT, verdicts=(factories.verdict(TEXT, read_share=0.12),)
    )
    incident = update(tables.incidents).where(tables.incidents.c.id == 1)
    with filled_record.write() as tx:
        save_results(tx, [result], now=sample_installation.NOW)
        tx.execute(incident.values(mentions=[key("long")]))
    return sample_installation.make_client(
        sample_installation.make_context(
            filled_record, sample_installation.fill_index(filled_record, MemoryIndex())
        )
    )


@pytest.mark.parametrize("path", [f"/m/{key('long')}", "/incidents/1"])
def test_page_states_the_share_once(long_text_client, path):
    assert fromstring(long_text_client.get(path).text).text_content().count(SENTENCE) == 1


def test_page_of_a_whole_text_states_no_share(long_text_client):
    assert "Long post" not in long_text_client.get(f"/m/{key('day0')}").text


@pytest.mark.parametrize(("ident", "share"), [("long", 0.12), ("day0", 1.0)])
def test_json_has_the_share_of_each_verdict(long_text_client, ident, share):
    verdicts = long_text_client.get(f"/m/{key(ident)}.json").json()["verdicts"]
    assert [verdict["read_share"] for verdict in verdicts] == [share]


@pytest.mark.parametrize(("share", "percentage"), [(0.0001, "1%"), (0.5, "50%"), (0.9999, "99%")])
def test_share_of_a_part_is_between_1_and_99_percent(share, percentage):
    message = read_share_message(factories.verdict(read_share=share), "x" * 5000)
    assert message is not None
    assert Translator()(message) == f"Long post: scored on {percentage} of its text"


def test_no_share_without_a_text_or_a_verdict():
    assert read_share_message(factories.verdict(read_share=0.5), "") is None
    assert read_share_message(None, "text") is None
