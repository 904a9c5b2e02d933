"""nlp.text.excerpt: laws for any text that a platform may send."""

import re
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.tokenizer import tokenize
from nlp.text.excerpt import (
    EXCERPT_CHARACTERS,
    HEAD_CHARACTERS,
    MAX_PIECE_CHARACTERS,
    MAX_SPELLINGS,
    excerpt,
)
from nlp.text.normalize import clean
from tests.nlp.factories import texts
from tests.work import lines_executed

TERMS = (("acme",), ("globex",))
FILLER = "Nothing of note was said on that day, nor on the day after it. "
pieces = st.one_of(
    st.sampled_from(["acme", "Acme", "globex", "@acme", "https://acme.example/a?b=1. ", "شركة"]),
    st.sampled_from([". ", "!\n", "؟ ", "。", "\n\n", "\x1b[31m", "\u200b", "😀😃", ".)", "\t"]),
    st.text(st.characters(codec="utf-8"), max_size=12),
)
# Texts just long enough to be shortened, and longer ones.
longs = st.builds(
    lambda parts, times: " ".join(parts) * times,
    st.lists(pieces, min_size=1, max_size=60),
    st.sampled_from([1, 60, 400]),
)


def is_subsequence(part: str, whole: str) -> bool:
    """Return True if the words of *part* occur in *whole* in the same order."""
    rest = iter(tokenize(whole))
    return all(word in rest for word in tokenize(part))


def excerpt_of(text: str, *names: list[str]) -> str:
    """Return the excerpt of *text*, cleaned."""
    return clean(excerpt(text, names).text)


@pytest.mark.slow
@given(longs)
def test_excerpt_is_short_enough_and_has_its_share(text):
    part = excerpt(text, [["acme"], ["globex"]])
    whole = clean(text)
    assert part == excerpt(text, [["acme"], ["globex"]])
    assert 0 < part.share <= 1
    if len(whole) <= EXCERPT_CHARACTERS:
        assert (part.text, part.share) == (text, 1)
    else:
        assert len(clean(part.text)) <= EXCERPT_CHARACTERS
        assert part.share == pytest.approx(len(clean(part.text)) / len(whole))


@pytest.mark.slow
@given(longs)
def test_words_of_an_excerpt_are_in_the_order_of_the_text(text):
    assume(
        max(map(len, text.split()), default=0) <= MAX_PIECE_CHARACTERS
    )  # the longer ones are cut
    assert is_subsequence(excerpt_of(text, ["acme"]), clean(text))


@pytest.mark.slow
@given(longs)
def test_excerpt_begins_with_the_beginning_of_the_text(text):
    assume(max(map(len, text.split()), default=0) <= MAX_PIECE_CHARACTERS)
    excerpt_words = tokenize(excerpt_of(text, ["acme"], ["globex"]))
    assert excerpt_words[:20] == tokenize(clean(text))[:20]


@pytest.mark.slow
@given(longs, st.sampled_from([["acme"], ["شركة"], ["globex", "acme"]]))
def test_excerpt_contains_a_term_of_the_text(text, names):
    name_pattern = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)", re.IGNORECASE)
    assert bool(name_pattern.search(excerpt(text, [names]).text)) == bool(name_pattern.search(text))


@given(texts, st.lists(st.text(max_size=5), max_size=3))
def test_a_text_within_the_limit_is_its_own_excerpt(text, names):
    assume(len(clean(text)) <= EXCERPT_CHARACTERS)
    assert excerpt(text, [names]) == excerpt(text)
    assert (excerpt(text).text, excerpt(text).share) == (text, 1)


@pytest.mark.parametrize(
    ("sentence", "before", "after"),
    [
        ("The acme broke.", "It was late.", "Nobody came."),
        ("«Das acme ist kaputt!»", "Es war spät…", "Niemand kam."),
        ("هل acme جيد؟", "كان الوقت متأخرا؟", "لم يأت أحد."),
        ("¿Sirve acme?", "Era tarde\n", "No vino nadie."),
        ("acme 很好。", "很晚了！", "没有人来。"),
    ],
)
def test_an_excerpt_has_the_sentence_of_a_match_and_its_neighbours(sentence, before, after):
    text = f"{FILLER * 100}{before} {sentence} {after} {FILLER * 100}"
    excerpt_text = excerpt_of(text, ["acme"])
    assert clean(f"{before} {sentence} {after}") in excerpt_text
    assert excerpt_text.count(FILLER.strip()) == HEAD_CHARACTERS // len(FILLER), (
        "the head, and no more"
    )


def test_without_a_match_the_excerpt_is_the_head():
    text = f"A title\n{FILLER * 1000}"
    assert clean(text).startswith(excerpt_of(text, ["acme"]))
    assert EXCERPT_CHARACTERS - MAX_PIECE_CHARACTERS < len(excerpt_of(text)) <= EXCERPT_CHARACTERS


def test_excerpt_has_matches_of_each_watch():
    """One sentence on a competitor is kept beside a thousand on the brand."""
    text = f"{FILLER * 20}{'The acme is loud. ' * 1000}One likes globex. {'acme again. ' * 500}"
    assert "One likes globex." in excerpt_of(text, ["acme"], ["globex"])


def test_many_matches_are_selected_evenly():
    text = " ".join(f"Here acme is named for time {n}. {FILLER * 3}" for n in range(1000))
    numbers = [int(n) for n in re.findall(r"time (\d+)", excerpt_of(text, ["acme"]))]
    assert numbers == sorted(set(numbers))
    assert 0 in numbers
    assert max(b - a for a, b in pairwise([*numbers, 1000])) <= 500


def test_name_across_a_line_break_is_a_match():
    text = f"{FILLER * 100}They sold the Acme\nBike. {FILLER * 100}"
    assert "sold the Acme Bike." in excerpt_of(text, ["Acme Bike"])


def test_long_link_is_not_cut():
    text = f"{FILLER * 100}See https://acme.example/{'a' * 1000} of acme. {FILLER * 100}"
    assert "See http of acme." in excerpt_of(text, ["acme"])


def test_no_part_of_a_terminal_command_is_kept():
    """This holds if it contains the end of a sentence, too."""
    text = f"{FILLER * 100}\x1b]0;A title. Of a window\x07 acme broke. {FILLER * 100}"
    assert "window" not in excerpt_of(text, ["acme"])


def test_match_among_many_emoji_is_in_the_excerpt():
    """Cleaning turns one emoji into up to five words."""
    text = FILLER * 20 + "".join(map(chr, range(0x1F400, 0x1F4FE))) + " acme " + "broke " * 500
    assert "acme broke" in excerpt_of(text, ["acme"])


def test_the_number_of_spellings_is_limited():
    names = [f"acme {'-' * n} bike" for n in range(1, 2 * MAX_SPELLINGS)]
    text = f"{FILLER * 100}Before: {names[0]}. {FILLER * 100} After: {names[-1]}. {FILLER * 9}"
    excerpt_text = excerpt_of(text, names)
    assert names[0] in excerpt_text
    assert names[-1] not in excerpt_text


HOSTILE = {
    "no end": "word " * 100,
    "one word": "a" * 500,
    "matches": "acme " * 100,
    "sentences": "acme. " * 100,
    "lines": "\n \n" * 100,
    "ends": '.!?"' * 100,
    "brackets": "(" * 500,
    "emoji": "😀🎉" * 30,
    "right to left": "شركة acme سيئة؟ " * 30,
    "commands": "\x1b]0;" * 100,
    "invisible": "\u200b\n" * 200,
    "gaps": "acme" + " " * 500,
    "links": "https://acme.example/a " * 20,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_work_is_linear(name):
    """A quadratic algorithm would do 256 times the work for 16 times the text."""
    small, large = (
        lines_executed(partial(excerpt, HOSTILE[name] * times + " acme" * 600, TERMS))
        for times in (25, 400)
    )
    assert large < 20 * small


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_is_processed(name):
    """No pattern backtracks: the test would exceed its time limit."""
    text = HOSTILE[name] * (1_000_000 // len(HOSTILE[name]))
    assert len(excerpt_of(text, *TERMS)) <= EXCERPT_CHARACTERS
