"""Results of the analysis: each mention is completed once, and no verdict is lost."""

import pytest
from sqlalchemy import delete, func, select

from core.mention import AnalysisState, Mention, Sentiment
from store import changes, mentions, tables
from store.analysis import rescoring
from store.analysis.queue import lease
from store.analysis.verdicts import save_results
from store.database import Database
from tests.store.factories import (
    HOLD,
    add_sources,
    analysis_result,
    crawled_post,
    key,
    store_page,
    verdict,
)


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        add_sources(tx, "blog")


def lease_ids(record: Database, owner: str, *, at, limit: int = 10) -> list[str]:
    with record.write() as tx:
        return [p.id for p in lease(tx, owner, limit=limit, now=at, lease_time=HOLD)]


def save(record: Database, *results, at) -> int:
    with record.write() as tx:
        return save_results(tx, results, now=at)


def read_mention(record: Database, name: str) -> Mention:
    with record.read() as tx:
        return mentions.get(tx, [key(name)])[0]


def test_result_completes_its_mention_with_one_change(record, now):
    store_page(record, crawled_post("a"))
    lease_ids(record, "w1", at=now)
    assert save(record, analysis_result("a"), at=now) == 1
    mention = read_mention(record, "a")
    assert (mention.analysis, mention.language, mention.verdict) == (
        AnalysisState.SCORED,
        "en",
        verdict(),
    )
    with record.read() as tx:
        assert changes.read_after(tx, 1, 9) == [(2, key("a"))]
        assert (
            tx.execute(select(tables.vectors.c.vector)).scalar_one() == analysis_result("a").vector
        )
        assert tx.execute(select(func.count()).select_from(tables.leases)).scalar() == 0


@pytest.mark.parametrize("analysis", [AnalysisState.UNSCORED, AnalysisState.QUARANTINED])
def test_unscored_mention_has_its_reason(record, now, analysis):
    store_page(record, crawled_post("a"))
    unscored = analysis_result(
        "a", analysis=analysis, reason="language:fi", verdicts=(), vector=None
    )
    save(record, unscored, at=now)
    mention = read_mention(record, "a")
    assert (mention.analysis, mention.reason, mention.verdict) == (analysis, "language:fi", None)


def test_result_for_a_former_text_leaves_its_mention_pending(record, now):
    store_page(record, crawled_post("a", "old"))
    lease_ids(record, "w1", at=now)
    store_page(record, crawled_post("a", "new"))
    number = 2
    assert save(record, analysis_result("a", "old"), at=now) == 0
    mention = read_mention(record, "a")
    assert mention.analysis == AnalysisState.PENDING
    assert [v.text_sha256 for v in mention.verdicts] == [verdict("old").text_sha256]
    assert mention.verdict is None
    assert lease_ids(record, "w1", at=now) == [key("a")]
    with record.read() as tx:
        assert changes.last_number(tx) == number


def test_second_result_changes_nothing(record, now):
    store_page(record, crawled_post("a"))
    assert save(record, analysis_result("a"), at=now) == 1
    second = analysis_result("a", analysis=AnalysisState.QUARANTINED, reason="late")
    assert save(record, second, at=now) == 0
    assert read_mention(record, "a").analysis == AnalysisState.SCORED
    assert len(read_mention(record, "a").verdicts) == 1


def test_result_of_an_erased_mention_does_not_block_its_batch(record, now):
    store_page(record, crawled_post("a"), crawled_post("b"))
    with record.write() as tx:
        for table in (tables.changes, tables.matches, tables.sightings, tables.revisions):
            tx.execute(delete(table).where(table.c.mention == key("a")))
        tx.execute(delete(tables.mentions).where(tables.mentions.c.id == key("a")))
    assert save(record, analysis_result("a"), analysis_result("b"), at=now) == 1
    assert read_mention(record, "b").analysis == AnalysisState.SCORED


def test_floats_of_verdicts_round_trip_exactly(record, now):
    store_page(record, crawled_post("a"))
    floats = {"negative": 0.1 + 0.2, "neutral": 1 / 3, "positive": 5e-324}
    original = verdict(probabilities=floats, polarity=0.1 + 0.2, watch="acme")
    save(record, analysis_result("a", verdicts=(verdict(), original)), at=now)
    stored_verdict = {v.watch: v for v in read_mention(record, "a").verdicts}["acme"]
    assert stored_verdict == original


def test_verdict_may_have_topics_only(record, now):
    store_page(record, crawled_post("a"))
    topics_verdict = verdict(sentiment=None, probabilities={}, polarity=None)
    save(
        record,
        analysis_result("a", analysis=AnalysisState.UNSCORED, verdicts=(topics_verdict,)),
        at=now,
    )
    assert read_mention(record, "a").verdicts == (topics_verdict,)


def test_verdicts_of_several_watches_and_models_newest_last(record, now):
    store_page(record, crawled_post("a"))
    verdicts = (verdict(), verdict(watch="acme", sentiment=Sentiment.POSITIVE))
    save(record, analysis_result("a", verdicts=verdicts), at=now)
    with record.write() as tx:
        rescoring.enqueue(tx, [key("a")])
    save(record, analysis_result("a", verdicts=(verdict(model="a-newer"),)), at=now + HOLD)
    mention = read_mention(record, "a")
    assert {(v.watch, v.model) for v in mention.verdicts} == {
        (None, "lexicon"),
        ("acme", "lexicon"),
        (None, "a-newer"),
    }
    assert mention.verdict is not None
    assert mention.verdict.model == "a-newer"
