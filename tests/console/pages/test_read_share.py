"""Long texts that were analysed in part: pages and JSON twin state the share."""

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
SAID = "Long post: scored on 12% of its text"


@pytest.fixture
def asked(filled_record):
    """Return a client; a long text is the only post of the incident."""
    at = sample_installation.NOW - sample_installation.HOUR / 6
    factories.store_page(
        filled_record, factories.crawled_post("long", TEXT, published=at, matches={"acme": "r1"})
    )
    judged = factories.analysis_result(
        "long", TEXT, verdicts=(factories.verdict(TEXT, read_share=0.12),)
    )
    incident = update(tables.incidents).where(tables.incidents.c.id == 1)
    with filled_record.write() as tx:
        save_results(tx, [judged], now=sample_installation.NOW)
        tx.execute(incident.values(mentions=[key("long")]))
    return sample_installation.make_client(
        sample_installation.make_context(
            filled_record, sample_installation.fill_index(filled_record, MemoryIndex())
        )
    )


@pytest.mark.parametrize("path", [f"/m/{key('long')}", "/incidents/1"])
def test_a_page_says_once_how_much_was_read(asked, path):
    assert fromstring(asked.get(path).text).text_content().count(SAID) == 1


def test_nothing_is_said_of_a_text_that_was_read_whole(asked):
    assert "Long post" not in asked.get(f"/m/{key('day0')}").text


@pytest.mark.parametrize(("ident", "share"), [("long", 0.12), ("day0", 1.0)])
def test_the_twin_tells_the_share_of_each_verdict(asked, ident, share):
    found = asked.get(f"/m/{key(ident)}.json").json()["verdicts"]
    assert [verdict["read_share"] for verdict in found] == [share]


@pytest.mark.parametrize(("share", "said"), [(0.0001, "1%"), (0.5, "50%"), (0.9999, "99%")])
def test_a_part_is_neither_nothing_nor_all(share, said):
    part = read_share_message(factories.verdict(read_share=share), "x" * 5000)
    assert part is not None
    assert Translator()(part) == f"Long post: scored on {said} of its text"


def test_nothing_is_said_of_a_text_that_is_gone_or_was_not_read():
    assert read_share_message(factories.verdict(read_share=0.5), "") is None
    assert read_share_message(None, "text") is None
