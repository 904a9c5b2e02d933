"""Entities of a post, from the analysis to the index and the JSON."""

from dataclasses import replace
from datetime import timedelta

import pytest

from console.serializers import mention_row
from core.mention import MentionState
from harken.pipeline.analyse import analyse_batch
from harken.pipeline.index import index_batch
from indexer.engines.memory import MemoryIndex
from indexer.query import parse
from nlp.topic_classifier import TopicClassifier
from store import mentions, watches
from tests.nlp.factories import WordModel
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page, watch

LATER = NOON + timedelta(minutes=1)
POST = "Jane Roe of Acme rode an X200 in München #Sunday"


@pytest.fixture
def record(sqlite_record):
    with sqlite_record.write() as tx:
        add_sources(tx, "blog")
        acme = watch("acme", products=("X200",), people=("Jane Roe",))
        watches.replace_from_file(tx, [acme, watch("globex")], [])
    return sqlite_record


def store_and_analyse(record, text=POST, language="en", slug="acme"):
    """Return the analysed mention of *text*."""
    store_page(record, crawled_post("a", text, language=language, matches={slug: "r1"}))
    model = WordModel()
    analyse_batch(record, model, TopicClassifier([], model.encode), owner="w", now=LATER)
    with record.read() as tx:
        return mentions.get(tx, [key("a")])[0]


def test_row_has_the_entities_of_the_post(record):
    row = mention_row(store_and_analyse(record))
    assert list(row["entities"]) == [
        {"kind": "product", "value": "X200", "said": "X200"},
        {"kind": "person", "value": "Jane Roe", "said": "Jane Roe"},
        {"kind": "place", "value": "DE/Munich", "said": "München"},
        {"kind": "hashtag", "value": "sunday", "said": "#Sunday"},
    ]
    assert row["place"] == {"country": "DE", "city": "Munich"}
    assert row["phrases"]


def test_people_are_extracted_for_their_own_watch_only(record):
    kinds = {entity.kind for entity in store_and_analyse(record, slug="globex").entities}
    assert kinds == {"place", "hashtag"}


def test_unscored_mention_has_places(record):
    mention = store_and_analyse(
        record, "Der Zug nach Hamburg kommt nicht, wir warten seit Stunden", "de"
    )
    assert mention.analysis == "unscored"
    assert str(mention.place) == "DE/Hamburg"


def test_deleted_mention_has_no_entities(record):
    row = mention_row(replace(store_and_analyse(record), state=MentionState.DELETED))
    assert (row["text"], row["entities"], row["phrases"], row["place"]) == ("", (), (), None)


@pytest.mark.parametrize("query", ["place:de", "place:DE/Munich", "tag:#sunday", "product:X200"])
def test_mention_matches_its_entities_until_it_is_edited(record, query):
    store_and_analyse(record)
    index = MemoryIndex()
    index_batch(record, index, consumer="memory", now=LATER)
    assert index.count(parse(query)) == 1
    store_and_analyse(record, "Nothing to see")
    index_batch(record, index, consumer="memory", now=LATER)
    assert index.count(parse(query)) == 0
