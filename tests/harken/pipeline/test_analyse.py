"""Analyse step: a text that breaks the model affects no other text."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from core.errors import TransientError
from core.mention import AnalysisState, Sentiment
from core.watch import Topic
from harken import wiring
from harken.pipeline.analyse import ATTEMPTS_BEFORE_QUARANTINE, LEASE_TIME, analyse_batch
from harken.pipeline.pace import Pace
from harken.pipeline.step_result import StepResult
from nlp.topic_classifier import TopicClassifier
from store import changes, counts, mentions, watches
from store.analysis import queue
from tests.nlp.factories import FAILING_WORD, UNSCORED_WORD, WordModel
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page, watch

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


def analyse(record, model, now=LATER, **options):
    taxonomy = TopicClassifier([TOPIC], model.encode)
    return analyse_batch(record, model, taxonomy, owner="w", now=now, **options)


def store_texts(record, *texts):
    """Store mentions 0, 1, … with English as the language of the source."""
    store_page(record, *(crawled_post(str(n), text, language="en") for n, text in enumerate(texts)))


def get_mention(record, n):
    with record.read() as tx:
        return mentions.get(tx, [key(str(n))])[0]


def pending_count(record):
    with record.read() as tx:
        return queue.backlog(tx)[0]


def lease_count(record, now=LATER):
    """Lease all free mentions for another worker; return their number."""
    with record.write() as tx:
        return len(queue.lease(tx, "rival", limit=99, now=now, lease_time=LEASE_TIME))


def test_pending_mention_gets_verdict_topics_and_vector(record, model):
    store_texts(record, "The brake is broken and this is bad")
    assert analyse(record, model) == StepResult(total=1, successes=1)
    mention = get_mention(record, 0)
    assert (mention.analysis, mention.language) == (AnalysisState.SCORED, "en")
    assert mention.verdict.sentiment is Sentiment.NEGATIVE
    assert mention.verdict.topics == ("brakes",)
    assert mention.verdict.model == model.name
    assert sum(mention.verdict.probabilities.values()) == pytest.approx(1)
    with record.read() as tx:
        assert counts.encoder_sha256(tx) == model.encoder_sha256


def test_failing_text_is_quarantined_and_others_are_scored(record, model):
    texts = [f"This bike number {n} is a good one" for n in range(9)]
    texts[4] = f"This {FAILING_WORD} is something that nobody reads"
    store_texts(record, *texts)
    assert analyse(record, model) == StepResult(total=9, successes=9)
    states = [get_mention(record, n).analysis for n in range(9)]
    assert states.pop(4) is AnalysisState.QUARANTINED
    assert set(states) == {AnalysisState.SCORED}
    assert get_mention(record, 4).reason == "error:PermanentError"
    assert FAILING_WORD not in get_mention(record, 4).reason


def test_unsupported_language_is_unscored_with_its_code(record, model):
    store_page(record, crawled_post("0", "Die Bremse an meinem Rad ist leider schon wieder kaputt"))
    analyse(record, model)
    mention = get_mention(record, 0)
    assert (mention.analysis, mention.reason) == (AnalysisState.UNSCORED, "language:de")
    assert mention.verdict is None


def test_missing_probabilities_leave_the_sentiment_unscored(record, model):
    store_texts(record, f"This {UNSCORED_WORD} sentence is a plain English one")
    analyse(record, model)
    assert get_mention(record, 0).analysis is AnalysisState.UNSCORED
    assert get_mention(record, 0).verdict.sentiment is None


def test_mentions_stay_pending_while_the_model_fails(record, model):
    store_texts(record, "This is good", "This is bad")
    classifier = TopicClassifier([], model.encode)
    model.is_failing = True
    with pytest.raises(TransientError):
        analyse_batch(record, model, classifier, owner="w", now=LATER)
    assert pending_count(record) == 2
    model.is_failing = False
    assert analyse(record, model, LATER + LEASE_TIME).successes == 2


def test_failing_model_releases_its_leases(record, model):
    """A restarted worker or another machine can lease them at once."""
    store_texts(record, "This is good", "This is bad")
    classifier = TopicClassifier([], model.encode)
    model.is_failing = True
    with pytest.raises(TransientError):
        analyse_batch(record, model, classifier, owner="w", now=LATER)
    assert lease_count(record) == 2


def test_failing_model_quarantines_nothing(record, model):
    """The text is not the cause. It is scored once the model works again."""
    store_texts(record, "This is good")
    classifier = TopicClassifier([], model.encode)
    for n in range(ATTEMPTS_BEFORE_QUARANTINE + 1):
        model.is_failing = True
        with suppress(TransientError):
            analyse_batch(record, model, classifier, owner="w", now=LATER + n * LEASE_TIME)
    model.is_failing = False
    analyse(record, model, LATER + (ATTEMPTS_BEFORE_QUARANTINE + 1) * LEASE_TIME)
    assert get_mention(record, 0).analysis is AnalysisState.SCORED


def test_mention_that_kills_its_worker_is_quarantined(record):
    class Deadly(WordModel):
        def predict(self, texts, languages=None):
            if any("kills" in text for text in texts):
                raise KeyboardInterrupt  # the step does not catch it
            return super().predict(texts, languages)

    store_texts(record, "This is good", "This one kills", "This is bad")
    for n in range(3 * ATTEMPTS_BEFORE_QUARANTINE):
        with suppress(KeyboardInterrupt):
            analyse(record, Deadly(), LATER + n * LEASE_TIME)
    assert [get_mention(record, n).analysis for n in range(3)] == [
        AnalysisState.SCORED,
        AnalysisState.QUARANTINED,
        AnalysisState.SCORED,
    ]
    assert get_mention(record, 1).reason == "killed_its_worker"


def test_mentions_of_a_killed_worker_are_free_after_the_lease(record):
    store_texts(record, "This is good")
    with record.write() as tx:
        queue.lease(tx, "killed", limit=9, now=LATER, lease_time=LEASE_TIME)
    assert lease_count(record, LATER + LEASE_TIME / 2) == 0
    assert lease_count(record, LATER + LEASE_TIME) == 1


def test_text_edited_during_analysis_is_analysed_again(record, model):
    class Slow(WordModel):
        def predict(self, texts, languages=None):
            store_page(record, crawled_post("0", "Now it is awful", language="en"), at=LATER)
            return super().predict(texts, languages)

    store_texts(record, "This is good")
    assert analyse(record, Slow()) == StepResult(total=1, successes=0)
    assert get_mention(record, 0).analysis is AnalysisState.PENDING
    assert analyse(record, model) == StepResult(total=1, successes=1)
    assert get_mention(record, 0).verdict.sentiment is Sentiment.NEGATIVE


def test_small_batches_score_all_mentions(record, model):
    texts = [f"Number {n} is {'bad' if n % 3 else 'good'}" for n in range(7)]
    store_texts(record, *texts)
    sizes = []
    while (result := analyse(record, model, pace=Pace(3))).total:
        sizes.append(result.total)
    assert sizes == [3, 3, 1]
    tones = Counter(get_mention(record, n).verdict.sentiment for n in range(7))
    assert tones == {Sentiment.NEGATIVE: 4, Sentiment.POSITIVE: 3}


def test_step_without_pending_mentions_changes_nothing(record, model):
    with record.read() as tx:
        before = changes.last_number(tx)
    assert analyse(record, model) == StepResult()
    with record.read() as tx:
        assert changes.last_number(tx) == before


def test_every_verdict_has_a_change_number(record, model):
    store_texts(record, "This is good", "This is bad")
    with record.read() as tx:
        before = changes.last_number(tx)
    analyse(record, model)
    with record.read() as tx:
        assert {i for _, i in changes.read_after(tx, before, 9)} == {key("0"), key("1")}


def test_names_of_watches_are_no_language(record, model):
    """The words that are left identify the language; names alone are read in a likely one."""
    with record.write() as tx:
        watches.replace_from_file(
            tx, [watch("acme", '"Die Neue Welle" OR broken', name="Die Neue Welle")], []
        )
    posts = ["hate Die Neue Welle", "Die Neue Welle", "die neue Welle is broken"]
    store_page(record, *(crawled_post(str(n), post) for n, post in enumerate(posts)))
    analyse(record, model)
    mentions_ = [get_mention(record, n) for n in range(len(posts))]
    assert {mention.analysis for mention in mentions_} == {AnalysisState.SCORED}
    assert [mention.language for mention in mentions_] == ["en", None, "en"]
    assert wiring.watch_names(wiring.watches(record)) == {"Die Neue Welle", "die neue welle"}
