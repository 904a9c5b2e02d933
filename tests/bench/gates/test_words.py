"""Recognition of names that are bare participles."""

import pytest

from bench.gates.support.words import COMMON, IRREGULAR, NO_PARTICIPLES, is_participle


@pytest.mark.parametrize(
    "name",
    [
        "found",
        "merged",
        "unscored",
        "unseen",
        "rebuilt",
        "read",
        "left",
        "agreed",
        "_kept",
        "told2",
    ],
)
def test_participle_is_recognized(name):
    assert is_participle(name)


@pytest.mark.parametrize(
    "name",
    ["seed", "feed", "embed", "hundred", "set", "put", "cut", "split", "spread", "bound", "ground"],
)
def test_base_forms_nouns_and_other_words_in_ed_are_no_participles(name):
    assert not is_participle(name)


@pytest.mark.parametrize(
    "name", ["pending_ids", "read_share", "unread_count", "Named", "MERGED", ""]
)
def test_only_a_single_lower_case_word_counts(name):
    assert not is_participle(name)


@pytest.mark.parametrize("name", ["present", "thread", "around", "result", "request", "overhead"])
def test_word_that_only_looks_prefixed_is_no_participle(name):
    assert not is_participle(name)


def test_lists_do_not_overlap():
    assert len(COMMON) == 22
    assert len(IRREGULAR) > 140
    assert not (COMMON | IRREGULAR) & NO_PARTICIPLES
