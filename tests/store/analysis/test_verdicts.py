"""Results of the analysis: each ends its mention once, none is lost or misplaced."""

import pytest
from sqlalchemy import delete, func, select

from core.mention import AnalysisState, Mention, Sentiment
from store import changes, mentions, tables
from store.analysis import rescoring
from store.analysis.queue import lease
from store.analysis.verdicts import save_results
from store.database import Database
from tests.store.factories import HOLD, begin, finding, hear, heard, key, verdict


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        begin(tx, "blog")


def claim(record: Database, owner: str, *, at, limit: int = 10) -> list[str]:
    with record.write() as tx:
        return [p.id for p in lease(tx, owner, limit=limit, now=at, lease_time=HOLD)]


def find(record: Database, *found, at) -> int:
    with record.write() as tx:
        return save_results(tx, found, now=at)


def one(record: Database, name: str) -> Mention:
    with record.read() as tx:
        return mentions.get(tx, [key(name)])[0]


def test_a_finding_settles_its_mention_and_announces_it(record, now):
    hear(record, heard("a"))
    claim(record, "w1", at=now)
    assert find(record, finding("a"), at=now) == 1
    told = one(record, "a")
    assert (told.analysis, told.language, told.verdict) == (AnalysisState.SCORED, "en", verdict())
    with record.read() as tx:
        assert changes.read_after(tx, 1, 9) == [(2, key("a"))]
        assert tx.execute(select(tables.vectors.c.vector)).scalar_one() == finding("a").vector
        assert tx.execute(select(func.count()).select_from(tables.leases)).scalar() == 0


@pytest.mark.parametrize("analysis", [AnalysisState.UNSCORED, AnalysisState.QUARANTINED])
def test_what_could_not_be_scored_says_why(record, now, analysis):
    hear(record, heard("a"))
    none = finding("a", analysis=analysis, reason="language:fi", verdicts=(), vector=None)
    find(record, none, at=now)
    told = one(record, "a")
    assert (told.analysis, told.reason, told.verdict) == (analysis, "language:fi", None)


def test_a_finding_on_an_edited_text_keeps_its_verdict_but_the_mention_waits(record, now):
    hear(record, heard("a", "old"))
    claim(record, "w1", at=now)
    hear(record, heard("a", "new"))
    number = 2
    assert find(record, finding("a", "old"), at=now) == 0
    told = one(record, "a")
    assert told.analysis == AnalysisState.PENDING
    assert [v.text_sha256 for v in told.verdicts] == [verdict("old").text_sha256]
    assert told.verdict is None
    assert claim(record, "w1", at=now) == [key("a")]
    with record.read() as tx:
        assert changes.last_number(tx) == number


def test_findings_written_twice_settle_once(record, now):
    hear(record, heard("a"))
    assert find(record, finding("a"), at=now) == 1
    second = finding("a", analysis=AnalysisState.QUARANTINED, reason="late")
    assert find(record, second, at=now) == 0
    assert one(record, "a").analysis == AnalysisState.SCORED
    assert len(one(record, "a").verdicts) == 1


def test_an_erased_mention_does_not_block_its_batch(record, now):
    hear(record, heard("a"), heard("b"))
    with record.write() as tx:
        for table in (tables.changes, tables.matches, tables.sightings, tables.revisions):
            tx.execute(delete(table).where(table.c.mention == key("a")))
        tx.execute(delete(tables.mentions).where(tables.mentions.c.id == key("a")))
    assert find(record, finding("a"), finding("b"), at=now) == 1
    assert one(record, "b").analysis == AnalysisState.SCORED


def test_verdicts_keep_every_bit_of_their_floats(record, now):
    hear(record, heard("a"))
    floats = {"negative": 0.1 + 0.2, "neutral": 1 / 3, "positive": 5e-324}
    said = verdict(probabilities=floats, polarity=0.1 + 0.2, watch="acme")
    find(record, finding("a", verdicts=(verdict(), said)), at=now)
    told = {v.watch: v for v in one(record, "a").verdicts}["acme"]
    assert told == said


def test_a_verdict_may_know_topics_alone(record, now):
    hear(record, heard("a"))
    said = verdict(sentiment=None, probabilities={}, polarity=None)
    find(record, finding("a", analysis=AnalysisState.UNSCORED, verdicts=(said,)), at=now)
    assert one(record, "a").verdicts == (said,)


def test_verdicts_of_several_watches_and_models_stand_side_by_side_newest_last(record, now):
    hear(record, heard("a"))
    mixed = (verdict(), verdict(watch="acme", sentiment=Sentiment.POSITIVE))
    find(record, finding("a", verdicts=mixed), at=now)
    with record.write() as tx:
        rescoring.enqueue(tx, [key("a")])
    find(record, finding("a", verdicts=(verdict(model="a-newer"),)), at=now + HOLD)
    told = one(record, "a")
    assert {(v.watch, v.model) for v in told.verdicts} == {
        (None, "lexicon"),
        ("acme", "lexicon"),
        (None, "a-newer"),
    }
    assert told.verdict is not None
    assert told.verdict.model == "a-newer"
