"""The page of a mention states what a rule did, and why a mention has no score."""

import pytest
from lxml.html import fromstring

from core.mention import AnalysisState
from indexer.engines.memory import MemoryIndex
from store.analysis.verdicts import save_results
from tests.console import sample_installation
from tests.store import factories
from tests.store.factories import key

TEXT = "A short post about acme"


def page_text(record, **fields):
    """Return the text of the page of a mention with the result *fields*."""
    factories.store_page(record, factories.crawled_post("short", TEXT, matches={"acme": "r1"}))
    with record.write() as tx:
        result = factories.analysis_result("short", TEXT, **fields)
        save_results(tx, [result], now=sample_installation.NOW)
    index = sample_installation.fill_index(record, MemoryIndex())
    client = sample_installation.make_client(sample_installation.make_context(record, index))
    return fromstring(client.get(f"/m/{key('short')}").text).text_content()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"rule": "rating"}, "A rule gave its sentiment, not the model."),
        ({"orders_left_out": True}, "Orders to a machine in this post were left out"),
        (
            {"prior": {"negative": 0.7, "neutral": 0.2, "positive": 0.1}},
            "Moved to the shares expected here (setting prior): 70% negative, 20% neutral, "
            "10% positive.",
        ),
    ],
)
def test_page_states_what_a_rule_did(filled_record, fields, sentence):
    verdicts = (factories.verdict(TEXT, **fields),)
    assert sentence in page_text(filled_record, verdicts=verdicts)


def test_page_of_a_verdict_of_the_model_names_no_rule(filled_record):
    text = page_text(filled_record)
    assert "rule" not in text
    assert "Orders" not in text


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("language:ja", "the model does not support the language of this post (Japanese)"),
        ("empty", "this post has no words, numbers or emoji"),
        ("orders_only", "this post has nothing but orders to a machine"),
        ("not_a_number", "Not scored."),
    ],
)
def test_page_states_why_a_mention_has_no_score(filled_record, reason, sentence):
    unscored = {"analysis": AnalysisState.UNSCORED, "reason": reason, "verdicts": ()}
    assert sentence in page_text(filled_record, **unscored)
