"""What is read of a long text: laws that hold for whatever a platform may send."""

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

WATCHED = (("acme",), ("globex",))
FILLER = "Nothing of note was said on that day, nor on the day after it. "
pieces = st.one_of(
    st.sampled_from(["acme", "Acme", "globex", "@acme", "https://acme.example/a?b=1. ", "شركة"]),
    st.sampled_from([". ", "!\n", "؟ ", "。", "\n\n", "\x1b[31m", "\u200b", "😀😃", ".)", "\t"]),
    st.text(st.characters(codec="utf-8"), max_size=12),
)
# As long as a text must be to be cut, and longer.
longs = st.builds(
    lambda some, times: " ".join(some) * times,
    st.lists(pieces, min_size=1, max_size=60),
    st.sampled_from([1, 60, 400]),
)


def held(part: str, whole: str) -> bool:
    """Whether the words of *part* stand in *whole* in the same order."""
    rest = iter(tokenize(whole))
    return all(word in rest for word in tokenize(part))


def shown(text: str, *names: list[str]) -> str:
    """What is read of *text*, cleaned."""
    return clean(excerpt(text, names).text)


@pytest.mark.slow
@given(longs)
def test_an_excerpt_fits_and_tells_its_share(text):
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
def test_its_words_are_those_of_the_text_in_their_order(text):
    assume(
        max(map(len, text.split()), default=0) <= MAX_PIECE_CHARACTERS
    )  # the longer ones are cut
    assert held(shown(text, ["acme"]), clean(text))


@pytest.mark.slow
@given(longs)
def test_it_begins_as_the_text_does(text):
    assume(max(map(len, text.split()), default=0) <= MAX_PIECE_CHARACTERS)
    read, whole = (tokenize(one)[:20] for one in (shown(text, ["acme"], ["globex"]), clean(text)))
    assert read == whole


@pytest.mark.slow
@given(longs, st.sampled_from([["acme"], ["شركة"], ["globex", "acme"]]))
def test_it_names_what_the_text_names(text, names):
    said = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)", re.IGNORECASE)
    assert bool(said.search(excerpt(text, [names]).text)) == bool(said.search(text))


@given(texts, st.lists(st.text(max_size=5), max_size=3))
def test_a_text_within_the_limit_is_read_whole(text, names):
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
def test_around_a_match_its_sentence_and_those_beside_are_read(sentence, before, after):
    text = f"{FILLER * 100}{before} {sentence} {after} {FILLER * 100}"
    read = shown(text, ["acme"])
    assert clean(f"{before} {sentence} {after}") in read
    assert read.count(FILLER.strip()) == HEAD_CHARACTERS // len(FILLER), "the head, and no more"


def test_without_a_match_the_head_is_all():
    text = f"A title\n{FILLER * 1000}"
    assert clean(text).startswith(shown(text, ["acme"]))
    assert EXCERPT_CHARACTERS - MAX_PIECE_CHARACTERS < len(shown(text)) <= EXCERPT_CHARACTERS


def test_each_watch_has_its_turn():
    """One word on a rival is not lost among a thousand on the brand."""
    text = f"{FILLER * 20}{'The acme is loud. ' * 1000}One likes globex. {'acme again. ' * 500}"
    assert "One likes globex." in shown(text, ["acme"], ["globex"])


def test_too_many_matches_are_read_from_all_over_the_text():
    text = " ".join(f"Here acme is named for time {n}. {FILLER * 3}" for n in range(1000))
    read = [int(n) for n in re.findall(r"time (\d+)", shown(text, ["acme"]))]
    assert read == sorted(set(read))
    assert 0 in read
    assert max(b - a for a, b in pairwise([*read, 1000])) <= 500


def test_a_name_that_a_line_breaks_is_found():
    text = f"{FILLER * 100}They sold the Acme\nBike. {FILLER * 100}"
    assert "sold the Acme Bike." in shown(text, ["Acme Bike"])


def test_a_link_however_long_is_never_cut():
    text = f"{FILLER * 100}See https://acme.example/{'a' * 1000} of acme. {FILLER * 100}"
    assert "See http of acme." in shown(text, ["acme"])


def test_no_part_of_a_terminal_command_is_read():
    """Though the end of a sentence stands in it."""
    text = f"{FILLER * 100}\x1b]0;A title. Of a window\x07 acme broke. {FILLER * 100}"
    assert "window" not in shown(text, ["acme"])


def test_emoji_around_a_match_do_not_crowd_it_out():
    """One is a word or five once it is cleaned."""
    text = FILLER * 20 + "".join(map(chr, range(0x1F400, 0x1F4FE))) + " acme " + "broke " * 500
    assert "acme broke" in shown(text, ["acme"])


def test_only_so_many_spellings_are_looked_for():
    spelled = [f"acme {'-' * n} bike" for n in range(1, 2 * MAX_SPELLINGS)]
    text = f"{FILLER * 100}Before: {spelled[0]}. {FILLER * 100} After: {spelled[-1]}. {FILLER * 9}"
    read = shown(text, spelled)
    assert spelled[0] in read
    assert spelled[-1] not in read


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
def test_work_grows_with_the_text_and_no_faster(name):
    """A quadratic rule would do 256 times the work for 16 times the text."""
    small, large = (
        lines_executed(partial(excerpt, HOSTILE[name] * times + " acme" * 600, WATCHED))
        for times in (25, 400)
    )
    assert large < 20 * small


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_is_read(name):
    """No expression here runs back and forth: it would not end within the limit of a test."""
    text = HOSTILE[name] * (1_000_000 // len(HOSTILE[name]))
    assert len(shown(text, *WATCHED)) <= EXCERPT_CHARACTERS
