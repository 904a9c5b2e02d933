"""Families of crawled posts: all that is stored by family follows when one changes."""

import pytest
from sqlalchemy import select

from core.incident import IncidentState
from nlp.text.duplicates import fold
from store import changes, mentions
from store.alerts import incidents, observations
from store.analysis.verdicts import save_results
from store.tables import families, family_bands, family_texts
from tests.store.factories import (
    NOON,
    add_sources,
    analysis_result,
    crawled_post,
    incident,
    key,
    store_page,
)

SCRIPT = (
    "The brakes of my Velorra failed on the first descent after two weeks, the shop sent me away, "
    "and nobody answers the hotline although I have called them every morning since last Monday"
)
COPIES = {
    "script": SCRIPT,
    "shouted": SCRIPT.upper() + " 😡 https://short.example/77",
    "changed": SCRIPT.replace("two", "nine")
    .replace("morning", "evening")
    .replace("shop", "dealer"),
    "signed": f"{SCRIPT}\n— Jonas Petersen, Oldenburg",
}
OTHER = (
    "The saddle of this bike is fine and my daughter rides it to her school through the old town"
)


@pytest.fixture(autouse=True)
def _sources(record):
    with record.write() as tx:
        add_sources(tx, "blog", "forum")


def post(name, text, **fields):
    folded = fold(text)
    return crawled_post(name, text, family=folded.key, words=folded.words, **fields)


def family_of(record, *names):
    """Return the family of each mention."""
    with record.read() as tx:
        return [m.family for m in mentions.get(tx, [key(n) for n in names])]


def numbers(record):
    """Return the change number of each mention."""
    with record.read() as tx:
        return {i: n for n, i in changes.read_after(tx, 0, 100)}


def test_copies_are_one_family_and_other_texts_are_not(record):
    for name, text in COPIES.items():
        store_page(record, post(name, text))
    store_page(record, post("other", OTHER), source="forum")
    assert len(set(family_of(record, *COPIES))) == 1
    assert family_of(record, "other") not in family_of(record, *COPIES)
    with record.read() as tx:
        assert set(family_of(record, *COPIES)) <= set(tx.scalars(select(families.c.id)))


def test_older_mentions_whose_family_changes_are_changes(record):
    texts = sorted(COPIES.items(), key=lambda item: fold(item[1]).key, reverse=True)
    store_page(record, post(*texts[0]), post("other", OTHER))
    before = numbers(record)
    smaller = next(item for item in texts[1:] if fold(item[1]).key != fold(texts[0][1]).key)
    store_page(record, post(*smaller))
    assert set(family_of(record, texts[0][0], smaller[0])) == {fold(smaller[1]).key}
    assert numbers(record)[key(texts[0][0])] > before[key(texts[0][0])]
    assert numbers(record)[key("other")] == before[key("other")]


def test_same_page_again_changes_nothing(record):
    posts = [post(name, text) for name, text in COPIES.items()]
    store_page(record, *posts)
    before = numbers(record)
    store_page(record, *posts)
    assert numbers(record) == before


def test_observations_and_reasons_have_the_family(record):
    store_page(record, *(post(name, text) for name, text in COPIES.items()))
    with record.write() as tx:
        save_results(tx, [analysis_result(n, t) for n, t in COPIES.items()], now=NOON)
    period = {"since": NOON.replace(hour=0), "until": NOON.replace(hour=23)}
    with record.read() as tx:
        rows = observations.observations(tx, "acme", **period)
        texts = observations.negative_texts(tx, "acme", limit=9, **period)
    expected = set(family_of(record, "script"))
    assert {row.family for row in rows} == {text.family for text in texts} == expected


def test_words_that_an_author_took_back_are_forgotten(record):
    store_page(record, post("script", SCRIPT), post("changed", COPIES["changed"]))
    store_page(record, post("changed", "Nothing."))
    with record.read() as tx:
        keys = set(tx.scalars(select(family_texts.c.key)))
        bands = set(tx.scalars(select(family_bands.c.number)))
        assert keys == {fold(SCRIPT).key, fold("Nothing.").key}
        assert bands <= set(tx.scalars(select(family_texts.c.number)))
    assert family_of(record, "script", "changed") == [fold(SCRIPT).key, fold("Nothing.").key]


@pytest.mark.parametrize(
    ("state", "expected"), [(IncidentState.OPEN, 2), (IncidentState.RESOLVED, 50)]
)
def test_unresolved_incident_counts_its_texts_again(record, state, expected):
    names = sorted(("script", "changed"), key=lambda n: fold(COPIES[n]).key, reverse=True)
    store_page(record, post(names[0], COPIES[names[0]]), post("other", OTHER))
    evidence = tuple(map(key, (*names, "other")))
    with record.write() as tx:
        number = incidents.add(tx, incident(mentions=evidence, state=state), detector_json={})
    store_page(record, post(names[1], COPIES[names[1]]))
    with record.read() as tx:
        stored = incidents.get(tx, number)
    assert stored is not None
    assert stored.families == expected
