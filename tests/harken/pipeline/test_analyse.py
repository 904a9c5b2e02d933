"""The analyse step: what a text does to the model, it does to itself alone."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from core.errors import TransientError
from core.mention import Analysis, Sentiment
from core.watch import Topic
from harken.pipeline import steps
from harken.pipeline.steps import HOLD, HOPELESS, Tally
from nlp.topic_classifier import Taxonomy
from store import changes, counts, mentions
from store.analysis import queue
from tests.nlp.factories import HOLLOW, POISON, WordModel
from tests.store.factories import NOON, begin, hear, heard, key

LATER = NOON + timedelta(minutes=1)
TOPIC = Topic(id="brakes", name="Brakes", sentences=("the brake is broken and bad",))


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        begin(tx, "blog")
    return sqlite_record


@pytest.fixture
def model():
    return WordModel()


def analyse(record, model, now=LATER, **known):
    taxonomy = Taxonomy([TOPIC], model.embed)
    return steps.analyse(record, model, taxonomy, owner="w", now=now, **known)


def say(record, *texts):
    """Mentions called 0, 1, …, all in what the platform calls English."""
    hear(record, *(heard(str(n), text, language="en") for n, text in enumerate(texts)))


def found(record, n):
    with record.read() as tx:
        return mentions.get(tx, [key(str(n))])[0]


def backlog(record):
    with record.read() as tx:
        return queue.backlog(tx)[0]


def leased(record, now=LATER):
    """How many mentions somebody else could take now."""
    with record.write() as tx:
        return len(queue.lease(tx, "rival", limit=99, now=now, hold=HOLD))


def test_a_pending_mention_gets_its_verdict_topics_and_vector(record, model):
    say(record, "The brake is broken and this is bad")
    assert analyse(record, model) == Tally(taken=1, done=1)
    mention = found(record, 0)
    assert (mention.analysis, mention.language) == (Analysis.SCORED, "en")
    assert mention.verdict.sentiment is Sentiment.NEGATIVE
    assert mention.verdict.topics == ("brakes",)
    assert mention.verdict.model == model.name
    assert sum(mention.verdict.probabilities.values()) == pytest.approx(1)
    with record.read() as tx:
        assert counts.encoder(tx) == model.encoder_sha256


def test_a_poison_text_is_quarantined_and_its_neighbours_are_scored(record, model):
    texts = [f"This bike number {n} is a good one" for n in range(9)]
    texts[4] = f"This {POISON} is something that nobody reads"
    say(record, *texts)
    assert analyse(record, model) == Tally(taken=9, done=9)
    stand = [found(record, n).analysis for n in range(9)]
    assert stand.pop(4) is Analysis.QUARANTINED
    assert set(stand) == {Analysis.SCORED}
    assert found(record, 4).reason == "error:PermanentError"
    assert POISON not in found(record, 4).reason


def test_a_language_that_the_model_lacks_is_unscored_and_says_which(record, model):
    hear(record, heard("0", "Die Bremse an meinem Rad ist leider schon wieder kaputt"))
    analyse(record, model)
    mention = found(record, 0)
    assert (mention.analysis, mention.reason) == (Analysis.UNSCORED, "language:de")
    assert mention.verdict is None


def test_an_answer_without_numbers_is_no_verdict_on_the_sentiment(record, model):
    say(record, f"This {HOLLOW} sentence is a plain English one")
    analyse(record, model)
    assert found(record, 0).analysis is Analysis.UNSCORED
    assert found(record, 0).verdict.sentiment is None


def test_a_broken_model_leaves_everything_pending_and_goes_on_where_it_was(record, model):
    say(record, "This is good", "This is bad")
    whole = Taxonomy([], model.embed)
    model.broken = True
    with pytest.raises(TransientError):
        steps.analyse(record, model, whole, owner="w", now=LATER)
    assert backlog(record) == 2
    model.broken = False
    assert analyse(record, model, LATER + HOLD).done == 2


def test_a_broken_model_holds_no_mention_back(record, model):
    """Whoever comes next, a restarted worker or another machine, may take them at once."""
    say(record, "This is good", "This is bad")
    whole = Taxonomy([], model.embed)
    model.broken = True
    with pytest.raises(TransientError):
        steps.analyse(record, model, whole, owner="w", now=LATER)
    assert leased(record) == 2


def test_a_model_that_stays_broken_quarantines_nothing(record, model):
    """Whatever fails on every text says nothing of this one: it is scored once the model works."""
    say(record, "This is good")
    whole = Taxonomy([], model.embed)
    for n in range(HOPELESS + 1):
        model.broken = True
        with suppress(TransientError):
            steps.analyse(record, model, whole, owner="w", now=LATER + n * HOLD)
    model.broken = False
    analyse(record, model, LATER + (HOPELESS + 1) * HOLD)
    assert found(record, 0).analysis is Analysis.SCORED


def test_a_mention_that_kills_its_worker_is_set_aside_and_its_neighbours_are_scored(record):
    class Deadly(WordModel):
        def read(self, texts, languages=None):
            if any("kills" in text for text in texts):
                raise KeyboardInterrupt  # nothing that the step catches
            return super().read(texts, languages)

    say(record, "This is good", "This one kills", "This is bad")
    for n in range(3 * HOPELESS):
        with suppress(KeyboardInterrupt):
            analyse(record, Deadly(), LATER + n * HOLD)
    assert [found(record, n).analysis for n in range(3)] == [
        Analysis.SCORED,
        Analysis.QUARANTINED,
        Analysis.SCORED,
    ]
    assert found(record, 1).reason == "killed_its_worker"


def test_a_killed_worker_holds_its_mentions_no_longer_than_the_lease(record):
    say(record, "This is good")
    with record.write() as tx:
        queue.lease(tx, "killed", limit=9, now=LATER, hold=HOLD)
    assert leased(record, LATER + HOLD / 2) == 0
    assert leased(record, LATER + HOLD) == 1


def test_a_text_edited_meanwhile_is_read_again(record, model):
    class Slow(WordModel):
        def read(self, texts, languages=None):
            hear(record, heard("0", "Now it is awful", language="en"), at=LATER)
            return super().read(texts, languages)

    say(record, "This is good")
    assert analyse(record, Slow()) == Tally(taken=1, done=0)
    assert found(record, 0).analysis is Analysis.PENDING
    assert analyse(record, model) == Tally(taken=1, done=1)
    assert found(record, 0).verdict.sentiment is Sentiment.NEGATIVE


def test_steps_of_one_batch_or_of_many_leave_the_same_record(record, model):
    texts = [f"Number {n} is {'bad' if n % 3 else 'good'}" for n in range(7)]
    say(record, *texts)
    sizes = []
    while (done := analyse(record, model, limit=3)).taken:
        sizes.append(done.taken)
    assert sizes == [3, 3, 1]
    tones = Counter(found(record, n).verdict.sentiment for n in range(7))
    assert tones == {Sentiment.NEGATIVE: 4, Sentiment.POSITIVE: 3}


def test_nothing_to_do_is_told_and_changes_nothing(record, model):
    with record.read() as tx:
        before = changes.last(tx)
    assert analyse(record, model) == Tally()
    with record.read() as tx:
        assert changes.last(tx) == before


def test_every_verdict_has_a_new_number_in_the_change_feed(record, model):
    say(record, "This is good", "This is bad")
    with record.read() as tx:
        heard_at = changes.last(tx)
    analyse(record, model)
    with record.read() as tx:
        assert {i for _, i in changes.after(tx, heard_at, 9)} == {key("0"), key("1")}
