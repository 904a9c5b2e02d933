"""Steps of crawl and scoring on a terminal."""

import io

from demo.display.plain import PlainDisplay
from demo.display.scoring_steps import ScoringSteps
from store.analysis.verdicts import save_results
from store.crawl import sources
from tests.store import factories

NOON = factories.NOON


def test_both_steps_end_with_counts(sqlite_record):
    stream = io.StringIO()
    steps = ScoringSteps(PlainDisplay(stream), expected=40, event="it ends")
    with sqlite_record.write() as tx:
        factories.add_sources(tx, "blog")
    for n in range(20):
        text = f"acme {n}"
        factories.store_page(sqlite_record, factories.crawled_post(f"p{n}", text), at=NOON)
        if n < 15:
            with sqlite_record.write() as tx:
                save_results(tx, [factories.analysis_result(f"p{n}", text)], now=NOON)
        assert not steps.update(sqlite_record, at=2.0 * n)
    assert steps.rate.per_second == 0.5
    with sqlite_record.write() as tx:
        save_results(
            tx, [factories.analysis_result(f"p{n}", f"acme {n}") for n in range(15, 20)], now=NOON
        )
    _end_backfill(sqlite_record)
    assert steps.update(sqlite_record, at=40.0)
    steps.finish()
    first, forecast, *others = stream.getvalue().splitlines()
    assert first == "Crawling and scoring"
    assert forecast == "Crawling and scoring; it ends in about 2 minutes"
    assert others == ["Crawled: 20 mentions", *others[1:-1], "Scored: 20 of 20, 0.5 per second"]


def _end_backfill(record):
    with record.write() as tx:
        tx.execute(sources.sources.update().values(cursor={"backfilled": True}))
        sources.record_outcome(tx, "blog", state="ok", reason=None, now=NOON)
