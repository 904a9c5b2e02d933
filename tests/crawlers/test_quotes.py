"""Quotes in BBCode that a forum does not convert to HTML."""

import pytest

from crawlers.words.quotes import without_bbcode_quotes


@pytest.mark.parametrize(
    ("text", "own_words"),
    [
        ("[quote]It burns.[/quote]Mine does not.", "Mine does not."),
        ('[QUOTE="jo, post: 7"]It\nburns.[/QUOTE]\n\nMine does not.', "Mine does not."),
        ("a[quote=jo]b[quote=kim]c[/quote]d[/quote]e[quote]f[/quote]g", "aeg"),
        ("[quote]It burns. Mine does not.", "[quote]It burns. Mine does not."),
        ("a[/quote]b", "ab"),
        ("[quotes] and [b]no quote[/b]", "[quotes] and [b]no quote[/b]"),
        ("", ""),
    ],
)
def test_quotes_are_removed_and_an_open_one_is_text(text, own_words):
    assert without_bbcode_quotes(text) == own_words
