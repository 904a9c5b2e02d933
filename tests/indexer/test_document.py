"""Documents of mentions."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.entity import Entity, EntityKind
from core.identity import text_sha256
from core.mention import AnalysisState, Mention, MentionState, Sentiment, Verdict
from indexer.change import Delete, Upsert, build_change, reject_reason
from indexer.document import build_document, field_values, from_stored, to_stored
from indexer.index_tokens import index_words
from tests.indexer.factories import NOON, SECOND, key, make_document, upsert

TEXT = "The brake is loud"
VERDICT = Verdict(
    watch=None,
    sentiment=Sentiment.NEGATIVE,
    probabilities={Sentiment.NEGATIVE: 0.7, Sentiment.NEUTRAL: 0.2, Sentiment.POSITIVE: 0.1},
    polarity=-0.6,
    topics=("brakes", "price"),
    model="lexicon",
    text_sha256=text_sha256(TEXT),
    heads={
        "emotion": {"anger": 0.6, "sadness": 0.4},
        "intent": {"praise": 0.1, "complaint": 0.7, "churn_risk": 0.8},
        "offence": {"clean": 0.9, "offensive": 0.1},
        "role": {"customer": 0.2, "news": 0.8},
    },
)
MENTION = Mention(
    id=key("a"),
    uri="https://blog.example/a",
    url="https://www.blog.example/a",
    sources=("blog", "feed"),
    state=MentionState.LIVE,
    analysis=AnalysisState.SCORED,
    published=NOON + timedelta(milliseconds=900),
    edited=None,
    first_seen=NOON + timedelta(minutes=1),
    last_seen=NOON + timedelta(minutes=1),
    revision=1,
    text=TEXT,
    text_sha256=text_sha256(TEXT),
    language="en",
    voice="0" * 32,
    family="f",
    parent=None,
    watches=("acme",),
    verdicts=(VERDICT,),
    entities=(
        Entity(kind=EntityKind.PRODUCT, value="X200 Pro", said="x200 pro"),
        Entity(kind=EntityKind.PERSON, value="Jane Roe", said="Jane Roe"),
        Entity(kind=EntityKind.PLACE, value="DE/Munich", said="München"),
        Entity(kind=EntityKind.PLACE, value="FR", said="France"),
        Entity(kind=EntityKind.PLACE, value="DE/Köln", said="Köln"),
        Entity(kind=EntityKind.HASHTAG, value="acmefail", said="#AcmeFail"),
        Entity(kind=EntityKind.LINK, value="shop.example", said="shop.example"),
    ),
    phrases=("loud brake",),
)


def test_document_of_a_mention():
    document = make_document(
        "a", TEXT, url=MENTION.url, source=("blog", "feed"), topic=("brakes", "price"),
        sentiment="negative", polarity=-0.6, probability=0.7, emotion="anger",
        intent=("churn_risk", "complaint"), offensive="no", role="news", voice="0" * 32,
        family="f", product=("x200 pro",), tag=("acmefail",), link=("shop.example",),
        place=("de", "fr", "de/munich", "de/köln"),
    )  # fmt: skip
    assert build_document(MENTION) == document


def test_document_without_a_verdict_has_no_sentiment():
    """This holds without a verdict, with one of an older text, and with topics only."""
    old = replace(VERDICT, text_sha256=text_sha256("before"))
    topics_only = replace(VERDICT, sentiment=None, probabilities={}, polarity=None)
    for verdicts, topics in [((), ()), ((old,), ()), ((topics_only,), ("brakes", "price"))]:
        document = build_document(replace(MENTION, verdicts=verdicts))
        assert (document.sentiment, document.polarity, document.probability) == (None, None, None)
        assert document.topic == topics


def test_deleted_mention_is_a_delete():
    deleted_mention = replace(MENTION, state=MentionState.DELETED)
    assert build_change(7, deleted_mention) == Delete(id=MENTION.id, number=7)
    assert build_change(7, MENTION) == Upsert(
        id=MENTION.id, number=7, document=build_document(MENTION)
    )
    with pytest.raises(ValueError, match="is deleted"):
        build_document(deleted_mention)


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://WWW.Acme.example:8443/x", "acme.example"),
        ("at://did:plc:x", "did"),
        ("urn:x", None),
        ("http://[bad", None),
        ("", None),
    ],
)
def test_domain_is_the_host(url, domain):
    assert build_document(replace(MENTION, url=url)).domain == domain


@given(st.text(st.characters(codec=None), max_size=40))
def test_any_text_can_be_indexed(text):
    """Lone surrogates become question marks; positions in the text stay the same."""
    document = build_document(replace(MENTION, text=text))
    assert len(document.text) == len(text)
    assert document.words.split(" ") == (index_words(document.text) or [""])
    assert reject_reason(Upsert(id=document.id, number=1, document=document)) == ""
    assert from_stored(to_stored(document)) == document


def test_fields_have_the_names_of_the_query_language():
    values = field_values(build_document(MENTION))
    assert (values["source"], values["state"]) == (("blog", "feed"), ("live",))
    assert field_values(make_document("a"))["voice"] == ()


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (Delete(id="A" * 32, number=1), "the id is not 32 hexadecimal digits"),
        (Delete(id=key("a") + "\n", number=1), "the id is not 32 hexadecimal digits"),
        (Delete(id=key("a"), number=1 << 62), "the change number"),
        (
            Upsert(id=key("b"), number=1, document=make_document("a")),
            "the document belongs to another",
        ),
        (upsert(1, "a", published=SECOND - 200 * 365 * 86_400), "outside the years 1900"),
    ],
)
def test_reject_reason(bad, reason):
    assert reject_reason(bad).startswith(reason) or reason in reject_reason(bad)


def test_reject_reason_has_no_text():
    assert "secret" not in reject_reason(upsert(1, "a", "my secret \ud800"))


def test_fields_of_missing_heads_are_empty():
    document = build_document(replace(MENTION, verdicts=(replace(VERDICT, heads={}),)))
    assert (document.emotion, document.intent, document.offensive) == (None, (), None)


def test_role_without_a_head_is_customer_and_of_an_own_account_brand():
    headless = replace(MENTION, verdicts=(replace(VERDICT, heads={}),))
    assert build_document(headless).role == "customer"
    assert build_document(replace(MENTION, brand_of=("acme",))).role == "brand"


def test_sentiment_is_that_of_the_whole_text():
    """A verdict towards one of its watches changes no field."""
    towards = replace(VERDICT, watch="acme", sentiment=Sentiment.POSITIVE, topics=(), heads={})
    assert build_document(replace(MENTION, verdicts=(VERDICT, towards))) == build_document(MENTION)
