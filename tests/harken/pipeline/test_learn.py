"""``harken learn`` on stored mentions: a kept head changes verdicts from then on, undo restores."""

import numpy as np
import pytest
from sqlalchemy import update

from core.identity import text_sha256
from core.mention import Sentiment
from core.watch import Topic
from harken.pipeline.analyse import analyse_batch
from harken.pipeline.learning.labelled_texts import TextCollector
from harken.pipeline.learning.learn import learn
from harken.pipeline.learning.learned import LearnedModels, encode_with, learned_topics
from harken.pipeline.rescore import enqueue_rescoring
from nlp.learning.learned_model import split_name, trained_name
from nlp.learning.splits import is_held_out
from nlp.topic_classifier import TopicClassifier
from store import mentions, tables, watches
from store.crawl import sources
from store.labels import learned
from store.labels.label import Label, LabelHead
from store.labels.labels import add_labels
from tests.nlp.factories import WordModel
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page

COUNT = 200
PRICE = Topic(id="price", name="Price", sentences=("costs money",))
TOURS = Topic(id="tours", name="Tours", sentences=("far away",))


def texts():
    """Return texts that the model calls neutral; with "sick" they are praise, for this team."""
    return [
        f"the ride {n} was sick number{n}" if n % 2 else f"the ride {n} was long number{n}"
        for n in range(COUNT)
    ]


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
        watches.replace_from_file(tx, [], [PRICE, TOURS])
    store(sqlite_record, dict(enumerate(texts())))
    analyse_all(sqlite_record)
    return sqlite_record


def store(record, texts_by_name):
    posts = [
        crawled_post(str(name), text, language="en", family=f"{name:0>32}")
        for name, text in texts_by_name.items()
    ]
    store_page(record, *posts)


def analyse_all(record, owner="w"):
    models = LearnedModels(record, WordModel())
    with record.read() as tx:
        topics, vectors = learned_topics(tx, WordModel())
    classifier = TopicClassifier(topics, encode_with(vectors, WordModel().encode), 0.3)
    while analyse_batch(record, models.current(), classifier, owner=owner, now=NOON).total:
        pass


def set_labels(record, classes_of, head=LabelHead.SENTIMENT, watch="", names=range(COUNT)):
    labels = [
        Label(
            mention=key(str(n)),
            text_sha256=text_sha256(texts()[n]),
            head=head,
            watch=watch,
            classes=classes_of(n),
            person="ana",
            at=NOON,
        )
        for n in names
    ]
    with record.write() as tx:
        add_labels(tx, labels)


def sentiment_of(number):
    return ("positive",) if number % 2 else ("neutral",)


def outcomes(record):
    result = learn(record, WordModel(), now=NOON)
    return result, {outcome.head: outcome for outcome in result.outcomes}


def verdict(record, name):
    with record.read() as tx:
        return mentions.get(tx, [key(str(name))])[0].verdict


def test_kept_head_scores_new_mentions_and_leaves_stored_ones(record):
    set_labels(record, sentiment_of)
    before = verdict(record, 1)
    result, by_head = outcomes(record)
    assert by_head["sentiment"].is_kept
    assert verdict(record, 1) == before
    store(record, {"new": "another sick tour"})
    analyse_all(record)
    new = verdict(record, "new")
    assert new.sentiment is Sentiment.POSITIVE
    assert new.model == f"words 00000000 cpu fp32 +learned {result.version[:8]}"


def test_train_and_held_out_texts_are_split_by_their_hash(record):
    set_labels(record, sentiment_of)
    outcome = outcomes(record)[1]["sentiment"]
    train, held_out = (
        {outcome.texts[i].text_sha256 for i in part}
        for part in (outcome.split.train, outcome.split.held_out)
    )
    assert (len(train) + len(held_out), train & held_out) == (COUNT, set())
    assert all(map(is_held_out, held_out))
    assert not any(map(is_held_out, train))


def test_rescoring_gives_stored_mentions_the_learned_verdict(record):
    set_labels(record, sentiment_of)
    outcomes(record)
    assert enqueue_rescoring(record, LearnedModels(record, WordModel()).current()) == COUNT
    analyse_all(record)
    assert {verdict(record, n).sentiment for n in (1, 3)} == {Sentiment.POSITIVE}
    assert split_name(verdict(record, 1).model)[1] is not None


def test_undo_restores_the_packaged_heads(record):
    set_labels(record, sentiment_of)
    outcomes(record)
    models = LearnedModels(record, WordModel())
    assert models.current().name.endswith(learned_sha256(record)[:8])
    with record.write() as tx:
        learned.undo(tx, trained_name(WordModel.name), WordModel.encoder_sha256, now=NOON)
    assert models.current().name == WordModel.name
    store(record, {"new": "another sick tour"})
    analyse_all(record)
    assert verdict(record, "new").sentiment is Sentiment.NEUTRAL


def learned_sha256(record):
    with record.read() as tx:
        return learned.sha256_in_force(tx, trained_name(WordModel.name), WordModel.encoder_sha256)


def test_learning_again_from_learned_verdicts_starts_from_the_packaged_scores(record):
    """Otherwise each learning would add to the one before."""
    set_labels(record, sentiment_of)
    first = outcomes(record)[1]["sentiment"]
    enqueue_rescoring(record, LearnedModels(record, WordModel()).current())
    analyse_all(record)
    result, by_head = outcomes(record)
    second = by_head["sentiment"]
    assert result.version is None
    assert second.before == first.after
    first_rows, second_rows = (
        np.array([t.probabilities for t in sorted(o.texts, key=lambda t: t.mention)])
        for o in (first, second)
    )
    assert np.allclose(first_rows, second_rows, atol=1e-3)


def test_few_labels_change_nothing(record):
    set_labels(record, sentiment_of, names=range(60))
    result, by_head = outcomes(record)
    assert result.version is None
    assert by_head["sentiment"].reason.startswith("not judged")
    assert LearnedModels(record, WordModel()).current().name == WordModel.name


def test_label_towards_the_only_watch_teaches_the_whole_text(record):
    set_labels(record, sentiment_of, head=LabelHead.TOWARDS, watch="acme")
    by_head = outcomes(record)[1]
    assert by_head["sentiment"].is_kept
    assert len(by_head["towards"].texts) == 0


def test_role_is_learned_without_a_packaged_head(record):
    set_labels(record, lambda n: ("news",) if n % 2 else ("customer",), head=LabelHead.ROLE)
    assert outcomes(record)[1]["role"].is_kept
    store(record, {"new": "another sick tour"})
    analyse_all(record)
    by_class = verdict(record, "new").heads["role"]
    assert max(by_class, key=by_class.get) == "news"


def test_topic_labels_become_examples(record):
    set_labels(record, lambda n: ("price",) if n % 2 else ("tours",), head=LabelHead.TOPIC)
    assert verdict(record, 1).topics == ()
    assert outcomes(record)[1]["topic"].is_kept
    store(record, {"new": "the ride 1000 was sick indeed"})
    analyse_all(record)
    assert verdict(record, "new").topics == ("price",)


def test_two_heads_are_in_force_together(record):
    set_labels(record, sentiment_of)
    first = outcomes(record)[0].version
    set_labels(record, lambda n: ("news",) if n % 2 else ("customer",), head=LabelHead.ROLE)
    second = outcomes(record)[0].version
    assert first != second
    model = LearnedModels(record, WordModel()).current()
    (prediction,) = model.predict(["another sick tour"], ["en"])
    assert (np.argmax(prediction.probabilities), np.argmax(prediction.heads["role"])) == (2, 3)


def test_mention_of_another_model_is_left_out(record):
    class Other(WordModel):
        name = "letters 11111111 cpu fp32"

    set_labels(record, sentiment_of, names=range(10))
    result = learn(record, Other(), now=NOON)
    assert (result.other_model, len(result.outcomes[0].texts)) == (10, 0)


def collected(record):
    with record.read() as tx:
        return TextCollector(tx, WordModel()).collect()[0][LabelHead.SENTIMENT]


def test_a_prior_of_a_source_is_taken_back_before_the_fit(record):
    set_labels(record, sentiment_of)
    before = {text.mention: text.probabilities for text in collected(record)}
    prior = {"negative": 0.5, "neutral": 0.3, "positive": 0.2}
    with record.write() as tx:
        sources.replace_from_file(
            tx, [("blog", "feed", {}, 60)], now=NOON, priors={"blog": tuple(prior.values())}
        )
        tx.execute(update(tables.mentions).values(analysis="pending"))
    analyse_all(record)
    with record.read() as tx:
        verdict = mentions.get(tx, [key("0")])[0].verdicts[0]
    assert verdict.prior == prior
    assert tuple(verdict.probabilities.values()) != pytest.approx(before[key("0")])
    for text in collected(record):
        assert text.probabilities == pytest.approx(before[text.mention])


def test_a_sentiment_by_a_rule_teaches_nothing(record):
    set_labels(record, sentiment_of)
    count = len(collected(record))
    with record.write() as tx:
        tx.execute(
            update(tables.verdicts)
            .where(tables.verdicts.c.mention == key("0"))
            .values(rule="rating")
        )
    assert len(collected(record)) == count - 1
