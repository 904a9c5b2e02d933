"""What a text names: figures on labelled texts, and laws for every other."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.entity import EntityKind
from core.watch import Watch
from nlp.text.entities import MAX_ENTITIES_PER_KIND, extract

LABELLED = Path(__file__).parents[2] / "data" / "entities.jsonl"
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
WRITTEN = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=15).map(" ".join)
some = settings(max_examples=40)


def said(text, language="en", watches=(ACME,)):
    """What *text* names, by kind and value."""
    return [(str(e.kind), e.value) for e in extract(text, language, watches).entities]


@pytest.fixture(scope="module")
def figures():
    """Right, wrong and missed by kind, and for phrases."""
    counts = {kind: Counter() for kind in [*map(str, EntityKind), "phrase"]}
    for row in map(json.loads, LABELLED.read_text().splitlines()):
        found = extract(row["text"], row["language"], [ACME])
        told = {(str(e.kind), e.value) for e in found.entities}
        known = {(kind, value) for kind, value in row["entities"]}
        if "phrases" in row:
            told |= {("phrase", phrase) for phrase in found.phrases}
            known |= {("phrase", phrase) for phrase in row["phrases"]}
        for kind, value in told | known:
            fate = "missed" if (kind, value) not in told else "right"
            counts[kind]["wrong" if (kind, value) not in known else fate] += 1
    return counts


def shares(count):
    """Precision and recall."""
    told, known = count["right"] + count["wrong"], count["right"] + count["missed"]
    return round(count["right"] / told, 3), round(count["right"] / known, 3)


@pytest.mark.parametrize("kind", [*map(str, EntityKind), "phrase"])
def test_precision_and_recall_are_those_of_the_page(figures, kind):
    """A change of the rules tells its price in docs/entities.md."""
    precision, recall = shares(figures[kind])
    row = f"| {kind} | {sum(figures[kind].values()) - figures[kind]['wrong']} | "
    assert f"{row}{precision:.3f} | {recall:.3f} |" in DOCS.read_text()


def test_a_place_is_rather_missed_than_guessed(figures):
    precision, recall = shares(figures["place"])
    assert precision >= 0.97
    assert precision > recall >= 0.85


def test_products_and_people_are_those_of_the_matched_watches_alone():
    """A name says nothing in a text that speaks of somebody else; a stranger has none at all."""
    text = "Jane Roe and John Doe ride an X200"
    assert said(text) == [("product", "X200"), ("person", "Jane Roe")]
    assert said(text, watches=()) == []


def test_a_name_of_a_watch_is_no_place():
    boston = Watch(slug="b", name="Boston Bikes", kind="brand", query="boston", revision="1")
    assert said("Boston bikes from Boston", watches=[boston]) == [("place", "US/Boston")]


def test_accounts_and_what_links_hold_are_not_told():
    text = "@paris.hilton@berlin.example asks #Why https://u:p@a.example/#frag?q=@jane"
    assert said(text) == [("hashtag", "why"), ("link", "a.example")]


def test_of_a_flood_the_first_are_told():
    tags = " ".join(f"#tag{n}" for n in range(300))
    assert said(tags) == [("hashtag", f"tag{n}") for n in range(MAX_ENTITIES_PER_KIND)]


def test_a_text_of_an_unknown_language_still_names_places_and_tags():
    found = extract("Berlin 🎉 #wow", None)
    assert [e.value for e in found.entities] == ["DE/Berlin", "wow"]
    assert found.phrases == ()


@some
@given(WRITTEN, st.sampled_from(["en", "de", "ar", "xx", None]))
def test_whatever_is_told_stands_in_the_text(text, language):
    """Once each, and no account among it."""
    found = extract(text, language, [ACME]).entities
    assert all(e.said.casefold() in text.casefold() for e in found)
    assert len({(e.kind, e.value) for e in found}) == len(found)
    assert not any("@" in e.said for e in found)


@some
@given(WRITTEN)
def test_an_account_more_names_nothing_more(text):
    assert said(f"{text} | @paris_berlin") == said(text)
