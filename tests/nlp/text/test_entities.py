"""nlp.text.entities: precision and recall on labelled texts, and laws for all texts."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.entity import EntityKind
from core.watch import Watch
from nlp.text.entities import MAX_ENTITIES_PER_KIND, extract

ROWS_FILE = Path(__file__).parents[2] / "data" / "entities.jsonl"
DOCS = Path(__file__).parents[3] / "docs" / "entities.md"
ACME = Watch(
    slug="acme",
    name="Acme",
    kind="brand",
    query="acme",
    revision="1",
    products=("X200", "X200 Pro"),
    people=("Jane Roe",),
)
PIECES = (
    *("Paris", "in", "Texas", ",", ", TX", "#", "#a1", "https://a.example/x", "@jane@b.example"),
    *("X200 Pro", "Jane Roe", "في", "باريس", ".", "\n", "USA", "the", "BERLIN", "é", "😀"),
)
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=15).map(" ".join)
few = settings(max_examples=40)


def entities_of(text, language="en", watches=(ACME,)):
    """Return the entities of *text* as pairs of kind and value."""
    return [(str(e.kind), e.value) for e in extract(text, language, watches).entities]


@pytest.fixture(scope="module")
def figures():
    """Return the numbers of right, wrong and missed entities by kind, and of phrases."""
    counts = {kind: Counter() for kind in [*map(str, EntityKind), "phrase"]}
    for row in map(json.loads, ROWS_FILE.read_text().splitlines()):
        extraction = extract(row["text"], row["language"], [ACME])
        predictions = {(str(e.kind), e.value) for e in extraction.entities}
        labels = {(kind, value) for kind, value in row["entities"]}
        if "phrases" in row:
            predictions |= {("phrase", phrase) for phrase in extraction.phrases}
            labels |= {("phrase", phrase) for phrase in row["phrases"]}
        for kind, value in predictions | labels:
            outcome = "missed" if (kind, value) not in predictions else "right"
            counts[kind]["wrong" if (kind, value) not in labels else outcome] += 1
    return counts


def shares(count):
    """Return precision and recall."""
    predictions, labels = count["right"] + count["wrong"], count["right"] + count["missed"]
    return round(count["right"] / predictions, 3), round(count["right"] / labels, 3)


@pytest.mark.parametrize("kind", [*map(str, EntityKind), "phrase"])
def test_precision_and_recall_equal_the_docs(figures, kind):
    """A change of the rules must update the figures in docs/entities.md."""
    precision, recall = shares(figures[kind])
    row = f"| {kind} | {sum(figures[kind].values()) - figures[kind]['wrong']} | "
    assert f"{row}{precision:.3f} | {recall:.3f} |" in DOCS.read_text()


def test_places_have_more_precision_than_recall(figures):
    precision, recall = shares(figures["place"])
    assert precision >= 0.97
    assert precision > recall >= 0.85


def test_products_and_people_are_those_of_the_matched_watches_only():
    """Other people are never extracted, nor names in a text that matches no watch."""
    text = "Jane Roe and John Doe ride an X200"
    assert entities_of(text) == [("product", "X200"), ("person", "Jane Roe")]
    assert entities_of(text, watches=()) == []


def test_the_name_of_a_watch_is_not_a_place():
    boston = Watch(slug="b", name="Boston Bikes", kind="brand", query="boston", revision="1")
    assert entities_of("Boston bikes from Boston", watches=[boston]) == [("place", "US/Boston")]


def test_accounts_and_parts_of_links_are_not_extracted():
    text = "@paris.hilton@berlin.example asks #Why https://u:p@a.example/#frag?q=@jane"
    assert entities_of(text) == [("hashtag", "why"), ("link", "a.example")]


def test_number_of_entities_is_limited():
    tags = " ".join(f"#tag{n}" for n in range(300))
    assert entities_of(tags) == [("hashtag", f"tag{n}") for n in range(MAX_ENTITIES_PER_KIND)]


def test_a_text_of_unknown_language_still_has_places_and_hashtags():
    extraction = extract("Berlin 🎉 #wow", None)
    assert [e.value for e in extraction.entities] == ["DE/Berlin", "wow"]
    assert extraction.phrases == ()


@few
@given(TEXTS, st.sampled_from(["en", "de", "ar", "xx", None]))
def test_every_entity_occurs_in_the_text(text, language):
    """Each occurs once, and none is an account."""
    entities = extract(text, language, [ACME]).entities
    assert all(e.said.casefold() in text.casefold() for e in entities)
    assert len({(e.kind, e.value) for e in entities}) == len(entities)
    assert not any("@" in e.said for e in entities)


@few
@given(TEXTS)
def test_an_account_adds_no_entity(text):
    assert entities_of(f"{text} | @paris_berlin") == entities_of(text)
