"""Analyse step: a text that breaks the model affects no other text."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from core.errors import TransientError
from core.mention import AnalysisState, Sentiment
from core.watch import Topic
from harken.pipeline.analyse import ATTEMPTS_BEFORE_QUARANTINE, LEASE_TIME, analyse_batch
from harken.pipeline.step_result import StepResult
from nlp.topic_classifier import TopicClassifier
from store import changes, counts, mentions
from store.analysis import queue
from tests.nlp.factories import HOLLOW, POISON, WordModel
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page

LATER = NOON + timedelta(minutes=1)
TOPIC = Topic(id="brakes", name="Brakes", sentences=("the brake is broken and bad",))


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
    return sqlite_record


@pytest.fixture
def model():
    return WordModel()


def analyse(record, model, now=LATER, **known):
    taxonomy = TopicClassifier([TOPIC], model.encode)
    return analyse_batch(record, model, taxonomy, owner="w", now=now, **known)


def say(record, *texts):
    """Store mentions 0, 1, …, all claimed to be English."""
    store_page(record, *(crawled_post(str(n), text, language="en") for n, text in enumerate(texts)))


def found(record, n):
    with record.read() as tx:
        return mentions.get(tx, [key(str(n))])[0]


def backlog(record):
    with record.read() as tx:
        return queue.backlog(tx)[0]


def leased(record, now=LATER):
    """Return the number of mentions that another worker could lease."""
    with record.write() as tx:
        return len(queue.lease(tx, "rival", limit=99, now=now, lease_time=LEASE_TIME))


def test_a_pending_mention_gets_its_verdict_topics_and_vector(record, model):
    say(record, "The brake is broken and this is bad")
    assert analyse(record, model) == StepResult(total=1, successes=1)
    mention = found(record, 0)
    assert (mention.analysis, mention.language) == (AnalysisState.SCORED, "en")
    assert mention.verdict.sentiment is Sentiment.NEGATIVE
    assert mention.verdict.topics == ("brakes",)
    assert mention.verdict.model == model.name
    assert sum(mention.verdict.probabilities.values()) == pytest.approx(1)
    with record.read() as tx:
        assert counts.encoder_sha256(tx) == model.encoder_sha256


def test_a_poison_text_is_quarantined_and_its_neighbours_are_scored(record, model):
    texts = [f"This bike number {n} is a good one" for n in range(9)]
    texts[4] = f"This {POISON} is something that nobody reads"
    say(record, *texts)
    assert analyse(record, model) == StepResult(total=9, successes=9)
    stand = [found(record, n).analysis for n in range(9)]
    assert stand.pop(4) is AnalysisState.QUARANTINED
    assert set(stand) == {AnalysisState.SCORED}
    assert found(record, 4).reason == "error:PermanentError"
    assert POISON not in found(record, 4).reason


def test_a_language_that_the_model_lacks_is_unscored_and_says_which(record, model):
    store_page(record, crawled_post("0", "Die Bremse an meinem Rad ist leider schon wieder kaputt"))
    analyse(record, model)
    mention = found(record, 0)
    assert (mention.analysis, mention.reason) == (AnalysisState.UNSCORED, "language:de")
    assert mention.verdict is None


def test_an_answer_without_numbers_is_no_verdict_on_the_sentiment(record, model):
    say(record, f"This {HOLLOW} sentence is a plain English one")
    analyse(record, model)
    assert found(record, 0).analysis is AnalysisState.UNSCORED
    assert found(record, 0).verdict.sentiment is None


def test_a_broken_model_leaves_everything_pending_and_goes_on_where_it_was(record, model):
    say(record, "This is good", "This is bad")
    whole = TopicClassifier([], model.encode)
    model.broken = True
    with pytest.raises(TransientError):
        analyse_batch(record, model, whole, owner="w", now=LATER)
    assert backlog(record) == 2
    model.broken = False
    assert analyse(record, model, LATER + LEASE_TIME).successes == 2


def test_a_broken_model_holds_no_mention_back(record, model):
    """A restarted worker or another machine can lease them at once."""
    say(record, "This is good", "This is bad")
    whole = TopicClassifier([], model.encode)
    model.broken = True
    with pytest.raises(TransientError):
        analyse_batch(record, model, whole, owner="w", now=LATER)
    assert leased(record) == 2


def test_a_model_that_stays_broken_quarantines_nothing(record, model):
    """The text is not the cause: it is scored when the model works again."""
    say(record, "This is good")
    whole = TopicClassifier([], model.encode)
    for n in range(ATTEMPTS_BEFORE_QUARANTINE + 1):
        model.broken = True
        with suppress(TransientError):
            analyse_batch(record, model, whole, owner="w", now=LATER + n * LEASE_TIME)
    model.broken = False
    analyse(record, model, LATER + (ATTEMPTS_BEFORE_QUARANTINE + 1) * LEASE_TIME)
    assert found(record, 0).analysis is AnalysisState.SCORED


def test_a_mention_that_kills_its_worker_is_set_aside_and_its_neighbours_are_scored(record):
    class Deadly(WordModel):
        def predict(self, texts, languages=None):
            if any("kills" in text for text in texts):
                raise KeyboardInterrupt  # the step does not catch it
            return super().predict(texts, languages)

    say(record, "This is good", "This one kills", "This is bad")
    for n in range(3 * ATTEMPTS_BEFORE_QUARANTINE):
        with suppress(KeyboardInterrupt):
            analyse(record, Deadly(), LATER + n * LEASE_TIME)
    assert [found(record, n).analysis for n in range(3)] == [
        AnalysisState.SCORED,
        AnalysisState.QUARANTINED,
        AnalysisState.SCORED,
    ]
    assert found(record, 1).reason == "killed_its_worker"


def test_a_killed_worker_holds_its_mentions_no_longer_than_the_lease(record):
    say(record, "This is good")
    with record.write() as tx:
        queue.lease(tx, "killed", limit=9, now=LATER, lease_time=LEASE_TIME)
    assert leased(record, LATER + LEASE_TIME / 2) == 0
    assert leased(record, LATER + LEASE_TIME) == 1


def test_a_text_edited_meanwhile_is_read_again(record, model):
    class Slow(WordModel):
        def predict(self, texts, languages=None):
            store_page(record, crawled_post("0", "Now it is awful", language="en"), at=LATER)
            return super().predict(texts, languages)

    say(record, "This is good")
    assert analyse(record, Slow()) == StepResult(total=1, successes=0)
    assert found(record, 0).analysis is AnalysisState.PENDING
    assert analyse(record, model) == StepResult(total=1, successes=1)
    assert found(record, 0).verdict.sentiment is Sentiment.NEGATIVE


def test_steps_of_one_batch_or_of_many_leave_the_same_record(record, model):
    texts = [f"Number {n} is {'bad' if n % 3 else 'good'}" for n in range(7)]
    say(record, *texts)
    sizes = []
    while (done := analyse(record, model, limit=3)).total:
        sizes.append(done.total)
    assert sizes == [3, 3, 1]
    tones = Counter(found(record, n).verdict.sentiment for n in range(7))
    assert tones == {Sentiment.NEGATIVE: 4, Sentiment.POSITIVE: 3}


def test_nothing_to_do_is_told_and_changes_nothing(record, model):
    with record.read() as tx:
        before = changes.last_number(tx)
    assert analyse(record, model) == StepResult()
    with record.read() as tx:
        assert changes.last_number(tx) == before


def test_every_verdict_has_a_new_number_in_the_change_feed(record, model):
    say(record, "This is good", "This is bad")
    with record.read() as tx:
        heard_at = changes.last_number(tx)
    analyse(record, model)
    with record.read() as tx:
        assert {i for _, i in changes.read_after(tx, heard_at, 9)} == {key("0"), key("1")}
