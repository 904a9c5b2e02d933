"""Entities of a mention, on its page and in facets."""

import pytest
from lxml.html import fromstring

from console.search.entity_links import place_name
from core.entity import Entity, EntityKind
from indexer.engines.memory import MemoryIndex
from store.analysis.verdicts import save_results
from templates.i18n import Translator
from tests.console import sample_installation
from tests.store import factories
from tests.store.factories import key

ENTITIES = (
    Entity(kind=EntityKind.PRODUCT, value='X "200"', said="x 200"),
    Entity(kind=EntityKind.PERSON, value="Jane Roe", said="Jane Roe"),
    Entity(kind=EntityKind.PLACE, value="US/New York City", said="NYC"),
    Entity(kind=EntityKind.HASHTAG, value="acmefail", said="#AcmeFail"),
    Entity(kind=EntityKind.LINK, value="shop.example", said="shop.example"),
)
TEXT = "Jane Roe of acme rode an x 200 in NYC #AcmeFail https://shop.example"


@pytest.fixture
def entity_client(filled_record):
    """Return a client; one mention has an entity of every kind."""
    at = sample_installation.NOW - sample_installation.HOUR
    factories.store_page(
        filled_record, factories.crawled_post("named", TEXT, published=at, matches={"acme": "r1"})
    )
    result = factories.analysis_result("named", TEXT, entities=ENTITIES, phrases=("loud brake",))
    with filled_record.write() as tx:
        save_results(tx, [result], now=sample_installation.NOW)
    return sample_installation.make_client(
        sample_installation.make_context(
            filled_record, sample_installation.fill_index(filled_record, MemoryIndex())
        )
    )


def test_entities_link_to_their_mentions(entity_client):
    """Each link finds its own mention, except that of the phrase: the text does not contain it."""
    page = fromstring(entity_client.get(f"/m/{key('named')}").text)
    links = {a.text: a.get("href") for a in page.cssselect("dd a.chip")}
    names = ['X "200"', "Jane Roe", "New York City, United States", "#AcmeFail", "shop.example"]
    assert list(links) == [*names, "loud brake"]
    for name in names:
        hits = entity_client.get(links[name].replace("/?", "/search.json?")).json()["mentions"]
        assert key("named") in [mention["id"] for mention in hits]


def test_mention_without_entities_has_no_such_section(entity_client):
    assert "Names and phrases" not in entity_client.get(f"/m/{key('day0')}").text


def test_facets_and_filters_of_places_and_tags(entity_client):
    page = fromstring(entity_client.get("/?place=us").text).text_content()
    assert "New York City, United States" in page
    assert "#acmefail" in page
    assert entity_client.get("/search.json?place=us").json()["total"] == 1
    assert entity_client.get("/search.json?tag=other").json()["total"] == 0


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("DE", "Germany"),
        ("de", "Germany"),
        ("DE/Munich", "Munich, Germany"),
        ("br/são paulo", "São Paulo, Brazil"),
        ("zz/nowhere", "Nowhere, Unknown Region"),
    ],
)
def test_place_name(value, name):
    assert Translator()(place_name(value)) == name
