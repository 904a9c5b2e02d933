"""nlp.text.normalize on real posts: links glued to words, many accounts, commands, broken text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tokenizer import tokenize
from nlp.text.normalize import clean, strip_invisible

# The pieces that cleaning knows, and what may stand beside them.
PIECES = st.sampled_from(
    [
        *("@a", "@user", "@b@c.d", "@", "a@b.c", "RT @x:", "@größe", "@漢"),
        *("http://x", "https://y/ü", "https://", "www.", "www.z", "://", "h", "ttp"),
        *("😡", "😡😡", "❤️", "👍🏽", "🇩🇪", "©", "☎"),
        *("\x1b[31m", "\x1b]0;t\x07", "\x1b]", "\x1b", "\x07", "\x00", "\ud800"),
        *("\u200b", "\u202e", "\u00ad", "‘", "”", " ", "\n", ".", ",", "é", "word", "漢"),
    ]
)
POSTS = st.lists(PIECES, max_size=10).map("".join)
WORDS = st.sampled_from(["brake", "größe", "漢字", "тормоз", "2026", "it's", "فرامل"])


@given(POSTS)
def test_cleaning_is_idempotent(text):
    assert clean(clean(text)) == clean(text)


@given(POSTS)
def test_no_link_and_no_account_is_left(text):
    result = clean(text)
    assert not re.search(r"https?://[!-~]", result)
    assert not re.search(r"(?i)www\.[!-~]", result)
    assert set(re.findall(r"(?<![\w@])@\w+", result)) <= {"@user"}


@given(POSTS)
def test_at_most_three_accounts_in_a_row_are_left(text):
    """There are at most two, and one more without white space after it."""
    assert "@user @user @user @user" not in clean(text)


@given(WORDS, PIECES, WORDS)
def test_words_around_a_piece_stay_words(before, piece, after):
    """Words stay separate; only an unterminated window title hides the rest."""
    words = tokenize(clean(f"{before} {piece} {after}"))
    assert words[: len(tokenize(before))] == tokenize(before)
    if piece != "\x1b]":
        assert words[-len(tokenize(after)) :] == tokenize(after)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://de.example/wiki/Größe ist alles", "http öße ist alles"),
        ("https://t.example/abcを見て", "http を見て"),
        ("look (https://x.example)!", "look (http"),
        ("https://x.example\u200b/more and more", "http and more"),
        ("HTTPS://X.EXAMPLE Www.X.Example", "http http"),
        ("http://", "http://"),
        ("a.b@c.example @ada.", "a.b@c.example @user."),
        ("(@ada) -@bob @@eve", "(@user) -@user @@eve"),
        ("@ada@social.example.", "@user"),
        ("@a,@b,@c,@d", "@user,@user,@user,@user"),
        ("@a\n@b\t@c @d @e end", "@user @user end"),
        ("😡❤️👍🏽😡", "pouting face heavy black heart thumbs up sign pouting face"),
        ("so😡so", "so pouting face so"),
        ("🇩🇪 ©", "🇩🇪 ©"),
        ("\x1b[1;31mred\x1b[0m\x1b[2Jgone", "red gone"),
        ("\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("\x1b]0;never ends", ""),
        ("\x9b31mred", "31mred"),
        ("\u2066a\u2069 \ufefftext", "a text"),
        ("\ud83d\ude21", ""),
        ("مرحبا @ada 😡", "مرحبا @user pouting face"),
    ],
)
def test_examples(text, expected):
    assert clean(text) == expected


@pytest.mark.parametrize(
    "text",
    ["a" * 300_000, "@a " * 100_000, "😡" * 100_000, "\x1b[" * 100_000, "http://" * 50_000,
     "\x1b]" * 100_000, "@" * 300_000, "@a@" * 100_000, "\ud800" * 100_000],
)  # fmt: skip
def test_text_of_300_kb_is_cleaned(text):
    """The result is hardly longer, and no pattern backtracks."""
    assert len(clean(text)) <= len(text) + 20


@given(POSTS)
def test_strip_invisible_keeps_visible_characters(text):
    without = re.sub("\x1b.*", "", text, flags=re.DOTALL)
    assert "".join(strip_invisible(without).split()) == "".join(
        c for c in without if c.isprintable() and not c.isspace()
    )
