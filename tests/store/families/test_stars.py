"""Stars: families of a connected group of texts."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.families import stars as stars_module
from store.families.stars import choose_centres, resemblance, stars
from tests.store.families.factories import changed, drawn_texts, key, script, text

FEW = settings(max_examples=30, deadline=None)


def families(texts):
    """Return the sets of texts that are one family."""
    return {star.members for star in stars([text(words) for words in texts])}


@FEW
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_families_do_not_depend_on_the_order(seed, order):
    texts = drawn_texts(seed)
    shuffled = order.sample(texts, len(texts))
    assert families(shuffled) == families(texts)


@FEW
@given(st.integers(0, 10**6))
def test_each_text_is_in_one_family_and_resembles_its_centre(seed):
    texts = {key(words): text(words) for words in drawn_texts(seed)}
    made = stars(list(texts.values()))
    assert sorted(k for star in made for k in star.members) == sorted(texts)
    for star in made:
        assert star.family == min(star.members)
        if star.centre is not None:
            centre = texts[star.centre]
            assert all(resemblance([texts[k]], [centre])[0, 0] > 0 for k in star.members)


def test_a_chain_of_texts_is_no_family():
    """Each resembles the next one, the first and the last share no word."""
    words = tuple(f"word{n}" for n in range(150))
    chain = [words[n : n + 30] for n in range(0, 120, 10)]
    ends = [text(chain[0]), text(chain[-1])]
    assert resemblance(ends[:1], [text(chain[1])])[0, 0] > 0
    assert not any({end.id for end in ends} <= set(members) for members in families(chain))
    assert max(map(len, families(chain))) <= 3


def test_copies_of_a_script_are_one_family_by_their_original():
    """Two copies with other changes resemble the original alone."""
    original = script(1)
    copies = [changed(original, 10, seed) for seed in range(6)]
    assert resemblance([text(copies[0])], [text(copies[1])])[0, 0] == 0
    assert len(families([original, *copies])) == 1


def test_strangers_who_share_40_percent_are_no_family():
    original = script(1)
    strangers = [changed(original, 18, seed) for seed in range(6)]
    assert len(families([original, *strangers])) == 7


@pytest.mark.parametrize(("size", "is_same"), [(8, False), (12, False), (30, True)])
def test_a_short_text_needs_more_resemblance(size, is_same):
    """A quarter of the words is different."""
    one = tuple(f"word{n}" for n in range(size))[: size // 2] + tuple(
        f"w{n}" for n in range(size // 2)
    )
    other = changed(one, size // 4, 1)
    assert (len(families([one, other])) == 1) is is_same


def test_only_the_landmarks_choose_centres(monkeypatch):
    monkeypatch.setattr(stars_module, "MAX_LANDMARKS", 3)
    original = script(1)
    texts = sorted((text(changed(original, 3, seed)) for seed in range(9)), key=lambda t: t.id)
    made = stars(Random(1).sample(texts, 9))
    assert {star.centre for star in made} == {t.id for t in choose_centres(texts[:3])}
    assert sum(len(star.members) for star in made) == 9
