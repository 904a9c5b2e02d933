"""What a rule did to a verdict is stored with it."""

from store import mentions
from store.analysis.verdicts import save_results
from tests.store.factories import (
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    key,
    store_page,
    verdict,
)


def stored_rules(record, *verdicts):
    """Write *verdicts*; return the rule and the mark of each verdict of mention a."""
    with record.write() as tx:
        save_results(tx, [analysis_result("a", verdicts=verdicts)], now=NOON)
    with record.read() as tx:
        return [(v.rule, v.orders_left_out) for v in mentions.get(tx, [key("a")])[0].verdicts]


def test_rule_and_mark_of_the_last_verdict_are_stored(record):
    with record.write() as tx:
        add_sources(tx, "blog")
    store_page(record, crawled_post("a"))
    by_rule = verdict(rule="rating", orders_left_out=True)
    towards = verdict(watch="acme")
    assert stored_rules(record, verdict(), by_rule, towards) == [("rating", True), (None, False)]
