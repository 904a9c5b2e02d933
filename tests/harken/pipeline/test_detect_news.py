"""News without complaints: one notice, one email for each reader, and no crisis."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from alerts.messages.mime import from_mime
from core.identity import text_sha256
from core.incident import IncidentKind, IncidentState
from core.mention import Sentiment
from harken.pipeline.detect import detect_all
from store import tables
from store.alerts import incidents, outbox
from store.analysis.verdicts import save_results
from store.crawl.pages import record_page
from tests.harken import small_installation
from tests.harken.small_installation import BEFORE, NOW, READERS
from tests.store import factories

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
PAPERS = 12


def store_reports(record, heads):
    """Store *PAPERS* reports of the last hour with one text, each by another paper."""
    text = "Veloria recalls 12,000 batteries"
    names = [f"paper{n}" for n in range(PAPERS)]
    posts = [
        factories.crawled_post(
            name, text, published=NOW - (n + 2) * MINUTE, voice=None, matches={"veloria": "r1"}
        )
        for n, name in enumerate(names)
    ]
    verdict = factories.verdict(text, sentiment=Sentiment.NEUTRAL, topics=(), heads=heads)
    with record.write() as tx:
        record_page(tx, factories.page(*posts), now=NOW - MINUTE)
        results = [factories.analysis_result(name, text, verdicts=(verdict,)) for name in names]
        assert all(r.text_sha256 == text_sha256(text) for r in results)
        save_results(tx, results, now=NOW)


@pytest.fixture
def record_with_news(month_record):
    """Return the month without its crisis, with the state of a step, a head for roles and news."""
    with month_record.write() as tx:
        is_old = tables.mentions.c.published < BEFORE
        role = {"role": {"customer": 1.0}}
        tx.execute(update(tables.verdicts).values(heads=role, role="customer"))
        tx.execute(update(tables.mentions).where(~is_old).values(state="deleted"))
    assert detect_all(month_record, small_installation.notifier(), now=NOW - 5 * MINUTE) == 0
    store_reports(month_record, {"role": {"customer": 0.1, "news": 0.9}})
    return month_record


def all_incidents(record):
    with record.read() as tx:
        return incidents.all_incidents(tx)


def test_recall_that_only_papers_report_is_emailed_once(record_with_news):
    assert detect_all(record_with_news, small_installation.notifier(), now=NOW) == 1
    (wave,) = all_incidents(record_with_news)
    assert (wave.kind, wave.state, wave.severity) == (IncidentKind.NEWS, IncidentState.RESOLVED, 4)
    assert (wave.observed, wave.voices, wave.families) == (PAPERS, PAPERS, 1)
    assert len(wave.mentions) == PAPERS
    with record_with_news.read() as tx:
        rows = [row for row in outbox.recent(tx) if row.kind == "brief"]
    assert Counter(row.recipient for row in rows) == Counter(READERS)
    text = from_mime(rows[0].eml).text
    assert f"{PAPERS} authors report news in 6 h" in text
    assert "Veloria recalls 12,000 batteries" in text
    assert detect_all(record_with_news, small_installation.notifier(), now=NOW + MINUTE) == 0


def test_same_posts_by_a_model_without_roles_are_no_wave(month_record):
    store_reports(month_record, {})
    detect_all(month_record, small_installation.notifier(), now=NOW)
    assert {i.kind for i in all_incidents(month_record)} == {IncidentKind.CRISIS}
