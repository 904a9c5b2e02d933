"""Texts placed one page after the other: the families of a set, whatever the order."""

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from store.database import Database
from store.families import placement
from store.families import stars as stars_module
from store.families.placement import place, remove_unused
from store.tables import family_bands, family_texts
from tests.store.families.factories import changed, drawn_texts, expected_families, key, script

FEW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def place_pages(record, texts, size=2):
    """Place *texts* in pages of *size*."""
    for n in range(0, len(texts), size):
        with record.write() as tx:
            place(tx, {key(words): words for words in texts[n : n + size]})


def families(record):
    """Return the stored family of each text, by key."""
    with record.read() as tx:
        query = select(family_texts.c.key, family_texts.c.family)
        return dict(tx.execute(query).all())


def clear(record):
    """Delete all texts."""
    with record.write() as tx:
        tx.execute(delete(family_bands))
        tx.execute(delete(family_texts))


@pytest.fixture(params=[3, 128])
def landmarks(request, monkeypatch):
    """Let a component have few landmarks, or all its texts."""
    for module in (stars_module, placement):
        monkeypatch.setattr(module, "MAX_LANDMARKS", request.param)


@FEW
@given(seed=st.integers(0, 10**6), order=st.randoms(use_true_random=False), size=st.integers(1, 5))
@pytest.mark.usefixtures("landmarks")
def test_families_are_those_of_the_set_in_any_order(sqlite_record, seed, order, size):
    texts = drawn_texts(seed)
    clear(sqlite_record)
    place_pages(sqlite_record, order.sample(texts, len(texts)), size)
    assert families(sqlite_record) == expected_families(texts)


@FEW
@given(seed=st.integers(0, 10**6), order=st.randoms(use_true_random=False))
def test_families_after_a_removal_are_those_of_the_rest(sqlite_record, seed, order):
    texts = drawn_texts(seed)
    clear(sqlite_record)
    place_pages(sqlite_record, order.sample(texts, len(texts)))
    removed = set(order.sample(texts, 3))
    with sqlite_record.write() as tx:
        remove_unused(tx, {key(words) for words in removed})
    assert families(sqlite_record) == expected_families([t for t in texts if t not in removed])
    with sqlite_record.read() as tx:
        numbers = set(tx.scalars(select(family_bands.c.number)))
        assert numbers <= set(tx.scalars(select(family_texts.c.number)))


def test_moved_texts_are_returned(record):
    """Two copies resemble their original alone: it moves one of them, or both."""
    original = script(1)
    copies = [changed(original, 10, seed) for seed in range(2)]
    place_pages(record, copies)
    before = families(record)
    assert len(set(before.values())) == 2
    with record.write() as tx:
        moved_keys = place(tx, {key(original): original})
    after = families(record)
    assert len(set(after.values())) == 1
    assert moved_keys == {k for k in before if before[k] != after[k]}
    with record.write() as tx:
        assert place(tx, {key(original): original}) == set()
        assert remove_unused(tx, {key(original)}) == moved_keys
    assert families(record) == before


def test_families_stay_after_a_restart(record):
    texts = [changed(script(n), 4, 10 * n + seed) for n in range(3) for seed in range(4)]
    place_pages(record, texts[:6])
    reopened = Database(record.engine.url.render_as_string(hide_password=False))
    place_pages(reopened, texts[6:])
    assert families(reopened) == expected_families(texts)
    reopened.close()


def test_text_without_words_is_a_family_of_its_own(record):
    with record.write() as tx:
        assert place(tx, {"a" * 32: (), "b" * 32: ()}) == set()
    assert families(record) == {"a" * 32: "a" * 32, "b" * 32: "b" * 32}


def test_large_component_loses_a_text_without_a_new_comparison(sqlite_record, monkeypatch):
    monkeypatch.setattr(placement, "MAX_SPLIT", 3)
    texts = [changed(script(1), 3, seed) for seed in range(8)]
    place_pages(sqlite_record, Random(1).sample(texts, 8))
    first = min(texts, key=key)
    with sqlite_record.write() as tx:
        remove_unused(tx, {key(first)})
    rest = [t for t in texts if t is not first]
    assert families(sqlite_record) == expected_families(rest)
