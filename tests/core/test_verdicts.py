"""Properties from the probabilities of a verdict, and the verdict that counts for a watch."""

from hypothesis import given
from hypothesis import strategies as st

from core.mention import DECISION_THRESHOLD, Emotion, Intent, Sentiment
from tests.core.factories import mention, verdict

SHARE = st.floats(0, 1)
CLASSES = st.sampled_from([*Emotion, *Intent, "clean", "offensive", "envy"])
HEADS = st.dictionaries(
    st.sampled_from(["emotion", "intent", "offence", "irony"]),
    st.dictionaries(CLASSES.map(str), SHARE),
)

verdicts = st.builds(
    verdict,
    watch=st.sampled_from([None, "acme", "globex"]),
    sentiment=st.sampled_from([None, *Sentiment]),
    model=st.sampled_from("mn"),
    text_sha256=st.sampled_from(["now", "before"]),
)


def test_a_model_without_further_heads_says_nothing_more():
    assert (verdict().emotion, verdict().intents, verdict().offensive) == (None, (), None)


@given(HEADS)
def test_what_follows_from_any_heads_is_theirs(heads):
    """An unknown class is kept as evidence without effect."""
    one = verdict(heads=heads)
    read = heads.get("emotion", {})
    known = [read[e] for e in Emotion if e in read]
    assert (one.emotion is None) == (not known)
    assert one.emotion is None or read[one.emotion] == max(known)
    shares = [heads["intent"][i] for i in one.intents]
    assert shares == sorted(shares, reverse=True)
    assert set(one.intents) == {
        i for i in Intent if heads.get("intent", {}).get(i, 0) >= DECISION_THRESHOLD
    }
    assert (one.offensive is None) == ("offensive" not in heads.get("offence", {}))


def test_what_is_as_likely_as_not_is_said():
    intent = {"question": 0.5, "praise": 0.49, "complaint": 0.9}
    one = verdict(heads={"intent": intent, "offence": {"clean": 0.5, "offensive": 0.5}})
    assert one.intents == (Intent.COMPLAINT, Intent.QUESTION)
    assert one.offensive is True


def test_a_watch_has_the_verdict_towards_it_and_any_other_the_whole():
    whole = verdict(sentiment=Sentiment.NEGATIVE)
    towards = verdict(watch="acme", sentiment=Sentiment.POSITIVE)
    told = mention(whole, towards)
    assert told.verdict_for("acme") == towards
    assert told.verdict_for("globex") == told.verdict_for(None) == whole
    assert told.sentiment_for("acme") is Sentiment.POSITIVE


def test_a_verdict_towards_a_watch_by_a_model_that_was_replaced_counts_no_more():
    old = [verdict(model="m"), verdict(model="m", watch="acme", sentiment=Sentiment.POSITIVE)]
    assert mention(*old, verdict(model="n")).sentiment_for("acme") is Sentiment.NEUTRAL


@given(st.lists(verdicts, max_size=6), st.sampled_from([None, "acme", "globex", "nobody"]))
def test_the_sentiment_for_any_watch_is_total(said, watch):
    """It has a sentiment if and only if the same model has one for the same text."""
    told = mention(*said)
    chosen, whole = told.verdict_for(watch), told.verdict
    assert (chosen is None) == (whole is None)
    if chosen is not None:
        assert chosen in said
        assert (chosen.model, chosen.text_sha256) == (whole.model, "now")
        assert chosen.watch in (None, watch)
        assert chosen == whole or chosen.sentiment is not None
