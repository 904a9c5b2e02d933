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


def test_verdict_without_heads_has_no_further_classes():
    assert (verdict().emotion, verdict().intents, verdict().offensive) == (None, (), None)


@given(HEADS)
def test_classes_follow_from_the_probabilities_of_heads(heads):
    """An unknown class is kept as evidence without effect."""
    one = verdict(heads=heads)
    emotions = heads.get("emotion", {})
    known_shares = [emotions[e] for e in Emotion if e in emotions]
    assert (one.emotion is None) == (not known_shares)
    assert one.emotion is None or emotions[one.emotion] == max(known_shares)
    shares = [heads["intent"][i] for i in one.intents]
    assert shares == sorted(shares, reverse=True)
    assert set(one.intents) == {
        i for i in Intent if heads.get("intent", {}).get(i, 0) >= DECISION_THRESHOLD
    }
    assert (one.offensive is None) == ("offensive" not in heads.get("offence", {}))


def test_probability_of_one_half_is_predicted():
    intent = {"question": 0.5, "praise": 0.49, "complaint": 0.9}
    one = verdict(heads={"intent": intent, "offence": {"clean": 0.5, "offensive": 0.5}})
    assert one.intents == (Intent.COMPLAINT, Intent.QUESTION)
    assert one.offensive is True


def test_watch_has_its_own_verdict_or_that_of_the_whole_text():
    whole = verdict(sentiment=Sentiment.NEGATIVE)
    towards = verdict(watch="acme", sentiment=Sentiment.POSITIVE)
    scored_mention = mention(whole, towards)
    assert scored_mention.verdict_for("acme") == towards
    assert scored_mention.verdict_for("globex") == scored_mention.verdict_for(None) == whole
    assert scored_mention.sentiment_for("acme") is Sentiment.POSITIVE


def test_watch_verdict_of_a_former_model_is_ignored():
    old = [verdict(model="m"), verdict(model="m", watch="acme", sentiment=Sentiment.POSITIVE)]
    assert mention(*old, verdict(model="n")).sentiment_for("acme") is Sentiment.NEUTRAL


@given(st.lists(verdicts, max_size=6), st.sampled_from([None, "acme", "globex", "nobody"]))
def test_every_watch_has_a_verdict_of_the_newest_model(all_verdicts, watch):
    """It has a sentiment if and only if the same model has one for the same text."""
    scored_mention = mention(*all_verdicts)
    watch_verdict, whole = scored_mention.verdict_for(watch), scored_mention.verdict
    assert (watch_verdict is None) == (whole is None)
    if watch_verdict is not None:
        assert watch_verdict in all_verdicts
        assert (watch_verdict.model, watch_verdict.text_sha256) == (whole.model, "now")
        assert watch_verdict.watch in (None, watch)
        assert watch_verdict == whole or watch_verdict.sentiment is not None
