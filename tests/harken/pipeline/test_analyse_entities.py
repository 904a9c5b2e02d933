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


def analysed(record, text=POST, language="en", wanted="acme"):
    """Return the analysed mention of *text*."""
    store_page(record, crawled_post("a", text, language=language, matches={wanted: "r1"}))
    model = WordModel()
    analyse_batch(record, model, TopicClassifier([], model.encode), owner="w", now=LATER)
    with record.read() as tx:
        return mentions.get(tx, [key("a")])[0]


def test_the_row_tells_what_the_post_names(record):
    row = mention_row(analysed(record))
    assert list(row["entities"]) == [
        {"kind": "product", "value": "X200", "said": "X200"},
        {"kind": "person", "value": "Jane Roe", "said": "Jane Roe"},
        {"kind": "place", "value": "DE/Munich", "said": "München"},
        {"kind": "hashtag", "value": "sunday", "said": "#Sunday"},
    ]
    assert row["place"] == {"country": "DE", "city": "Munich"}
    assert row["phrases"]


def test_the_name_of_a_person_is_told_for_her_own_watch_alone(record):
    kinds = {entity.kind for entity in analysed(record, wanted="globex").entities}
    assert kinds == {"place", "hashtag"}


def test_what_the_model_cannot_read_still_names_places(record):
    mention = analysed(record, "Der Zug nach Hamburg kommt nicht, wir warten seit Stunden", "de")
    assert mention.analysis == "unscored"
    assert str(mention.place) == "DE/Hamburg"


def test_nothing_is_told_of_what_its_author_deleted(record):
    row = mention_row(replace(analysed(record), state=MentionState.DELETED))
    assert (row["text"], row["entities"], row["phrases"], row["place"]) == ("", (), (), None)


@pytest.mark.parametrize("query", ["place:de", "place:DE/Munich", "tag:#sunday", "product:X200"])
def test_it_is_found_by_what_it_names_until_it_is_edited(record, query):
    analysed(record)
    index = MemoryIndex()
    index_batch(record, index, consumer="memory", now=LATER)
    assert index.count(parse(query)) == 1
    analysed(record, "Nothing to see")
    index_batch(record, index, consumer="memory", now=LATER)
    assert index.count(parse(query)) == 0
