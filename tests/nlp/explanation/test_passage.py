"""Words, sentences and excerpts are spans of the original text."""

import pytest
from hypothesis import given

from nlp.explanation.passage import Passage, explained_passage, merge_adjacent, sentences
from nlp.text.excerpt import EXCERPT_CHARACTERS
from tests.nlp.factories import texts


def words_of(text):
    return [text[start:end] for start, end in explained_passage(text).words()]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It can't fly, 2/10!", ["It", "can't", "fly", "2/10"]),
        ("Nie wieder: «Müll»…", ["Nie", "wieder", "Müll"]),
        ("★★☆ 😡😡 :( ok", ["★★☆", "😡😡", ":(", "ok"]),
        ("@acme #NeverAgain 5,50€", ["@acme", "#NeverAgain", "5,50€"]),
        ("broken.Never https://x.example/a?b=1", ["broken", "Never", "https://x.example/a?b=1"]),
        ("سيئ جدا، لا أنصح", ["سيئ", "جدا", "لا", "أنصح"]),
        ("?!… --", []),
    ],
)
def test_words_and_symbols_are_units_and_punctuation_is_none(text, words):
    assert words_of(text) == words


@given(texts)
def test_words_are_ascending_parts_without_overlap(text):
    position = 0
    for start, end in explained_passage(text).words():
        assert position <= start < end <= len(text)
        position = end


def test_text_without_some_words_keeps_all_others():
    passage = explained_passage("one two three four")
    words = passage.words()
    assert passage.without([words[2], words[0]]).split() == ["two", "four"]
    assert passage.without() == "one two three four"


def test_skipped_spans_are_no_words():
    assert explained_passage("acme is bad").words([(0, 4)]) == [(5, 7), (8, 11)]


def test_long_text_is_explained_by_its_excerpt():
    middle = "The acme pump leaks badly."
    text = "The shop opens at nine. " * 200 + middle + " We sell bread and milk. " * 200
    passage = explained_passage(text, [["acme"]])
    assert passage.length <= EXCERPT_CHARACTERS
    parts = [text[start:end] for start, end in passage.parts]
    assert middle in parts
    assert passage.without().splitlines() == parts


def test_excerpt_that_is_no_part_of_the_text_is_left_out():
    text = "The \x1b[31mred one broke. " + "The shop opens at nine. " * 200
    parts = [text[start:end] for start, end in explained_passage(text).parts]
    assert parts
    assert set(parts) == {"The shop opens at nine."}


def test_words_are_grouped_by_sentence_and_by_length():
    text = "It broke. Twice!\nNobody cares " + "so " * 200
    words = Passage(text, ((0, len(text)),)).words()
    groups = [text[group[0][0] : group[-1][1]] for group in sentences(text, words)]
    assert groups[:2] == ["It broke", "Twice"]
    assert all(len(group) <= 300 for group in groups)
    assert len(groups) == 5


def test_neighbours_become_one_phrase():
    text = "never buy this, never"
    spans = explained_passage(text).words()
    assert [text[a:b] for a, b in merge_adjacent(text, spans)] == ["never buy this", "never"]
