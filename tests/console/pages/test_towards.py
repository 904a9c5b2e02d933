"""A mention of two watches: the sentiment towards each, and the other heads."""

import pytest
from lxml.html import fromstring
from sqlalchemy import update

from console.layout import load_display_names
from console.search.mention_cards import CardBuilder, certainty, sentiment_state
from core.mention import Sentiment
from indexer.engines.memory import MemoryIndex
from store import mentions, tables
from store.analysis.verdicts import save_results
from tests.console import sample_installation
from tests.store import factories
from tests.store.factories import key

TEXT = "My acme broke again and nobody answers; I bought a rival, which is great"
HEADS = {
    "emotion": {"anger": 0.7, "joy": 0.3},
    "intent": {"complaint": 0.9, "churn_risk": 0.8, "question": 0.6, "praise": 0.2},
    "offence": {"clean": 0.95, "offensive": 0.05},
    "irony": {"literal": 0.1, "irony": 0.9},
    "unnamed": {"class": 1.0},
}
RIVAL = {"negative": 0.05, "neutral": 0.1, "positive": 0.85}


@pytest.fixture
def record(filled_record):
    """Return the database with a mention of both watches."""
    at = sample_installation.NOW - sample_installation.HOUR / 6
    factories.store_page(
        filled_record,
        factories.crawled_post("two", TEXT, published=at, matches={"acme": "r1", "rival": "r1"}),
    )
    towards = factories.verdict(
        TEXT, watch="rival", sentiment=Sentiment.POSITIVE, probabilities=RIVAL, topics=()
    )
    result = factories.analysis_result(
        "two", TEXT, verdicts=(factories.verdict(TEXT, heads=HEADS), towards)
    )
    with filled_record.write() as tx:
        save_results(tx, [result], now=sample_installation.NOW)
    return filled_record


@pytest.fixture
def two_watch_client(record):
    """Return a client of the console."""
    return sample_installation.make_client(
        sample_installation.make_context(
            record, sample_installation.fill_index(record, MemoryIndex())
        )
    )


def facet_counts(html, name):
    """Return the facet *name*: label to count."""
    for section in fromstring(html).cssselect(".facets section"):
        if section.findtext("h2") == name:
            rows = section.cssselect("a")
            return {row.findtext("span"): int(row.findtext("b")) for row in rows}
    return None


def test_mention_has_each_verdict_with_its_watch_and_model(two_watch_client):
    html = fromstring(two_watch_client.get(f"/m/{key('two')}").text)
    paragraphs = [" ".join(p.text_content().split()) for p in html.cssselect("section p")]
    assert [line for line in paragraphs if "Sentiment model: lexicon" in line] == [
        "negative negative 70%, neutral 20%, positive 10% Sentiment model: lexicon. Why this score",
        "positive negative 5%, neutral 10%, positive 85% About Rival. Sentiment model: lexicon. "
        "Why this score",
    ]
    assert "Intent: complaint 90%, churn risk 80%, question 60%, praise 20%" in paragraphs
    assert "Emotion: anger 70%, joy 30%" in paragraphs
    assert "Irony: ironic 90%, literal 10%" in paragraphs
    assert not any("unnamed" in line.lower() for line in paragraphs), "nobody has words for it"
    chips = [chip.text for chip in html.cssselect(".chip")]
    assert chips[:1] == ["Perhaps ironic"]


def test_json_has_emotion_intents_and_offence(two_watch_client):
    general, rival = two_watch_client.get(f"/m/{key('two')}.json").json()["verdicts"]
    assert general["heads"] == HEADS
    assert (general["emotion"], general["offensive"]) == ("anger", False)
    assert general["intents"] == ["complaint", "churn_risk", "question"]
    assert (rival["watch"], rival["sentiment"]) == ("rival", "positive")
    assert (rival["emotion"], rival["intents"], rival["offensive"]) == (None, [], None)


def test_card_has_chips_for_churn_risk_and_complaint(two_watch_client):
    chips = fromstring(two_watch_client.get("/?q=nobody").text).cssselect(".chip")
    assert [chip.text for chip in chips] == ["Perhaps ironic", "churn risk", "complaint"]
    assert fromstring(two_watch_client.get("/?q=order").text).cssselect(".chip") == []


def test_facets_of_emotion_and_intent(two_watch_client):
    html = two_watch_client.get("/").text
    assert facet_counts(html, "Intent") == {"complaint": 1, "churn risk": 1, "question": 1}
    assert facet_counts(html, "Emotion") == {"anger": 1}


def test_no_facets_of_emotion_and_intent_without_values(client):
    html = client.get("/").text
    assert (facet_counts(html, "Emotion"), facet_counts(html, "Intent")) == (None, None)
    assert facet_counts(html, "Sentiment")


@pytest.mark.parametrize(
    "path", ["/?intent=complaint", "/?emotion=anger", "/?q=intent:churn_risk+-offensive:yes"]
)
def test_filters_of_emotion_intent_and_offence(two_watch_client, path):
    results = two_watch_client.get(path.replace("/", "/search.json", 1)).json()["mentions"]
    assert [mention["id"] for mention in results] == [key("two")]
    assert two_watch_client.get(path).status_code == 200


def test_unknown_emotion_is_refused(two_watch_client):
    assert two_watch_client.get("/?emotion=envy").status_code == 422


def test_card_has_the_sentiment_towards_its_watch(record):
    with record.read() as tx:
        display_names = load_display_names(tx)
        (mention,) = mentions.get(tx, [key("two")])
    cards = {
        w: CardBuilder(names=display_names, watch=w).build(mention) for w in (None, "acme", "rival")
    }
    assert {w: (card.tone, card.certainty) for w, card in cards.items()} == {
        None: ("negative", 0.7),
        "acme": ("negative", 0.7),
        "rival": ("positive", 0.85),
    }
    assert (sentiment_state(mention), certainty(mention)) == ("negative", 0.7)


def test_incident_shows_the_sentiment_towards_its_watch(record, two_watch_client):
    statement = update(tables.incidents).where(tables.incidents.c.id == 1)
    with record.write() as tx:
        tx.execute(statement.values(watch="rival", mentions=[key("two")]))
    html = fromstring(two_watch_client.get("/incidents/1").text)
    tones = [chip.text.split()[0] for chip in html.cssselect("article.mention .tone")]
    assert tones == ["positive"]
