"""Plain text with signs of HTML, and HTML, in formats that do not state the difference."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.words.markup import is_html, is_html_block
from tests.work import lines_executed


@pytest.mark.parametrize(
    "text",
    [
        "<p>One<p>two",
        "a<br>b",
        'see <a href="/x">this</a>',
        "<b>bold</b>",
        "<LI>one",
        "tea &amp; toast",
        "5 &#60; 7",
        "5 &#x3c; 7",
        "a <!-- note --> b",
        '<img src="x.jpg" alt="lid">',
    ],
)
def test_tag_comment_or_entity_is_html(text):
    assert is_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the <Pro> kettle",
        "if t <b and c> d it boils",
        "I <3 tea",
        "tea & toast; coffee & cake;",
        "a << b >> c <= d",
        "List<String> names",
        "press <ctrl> + <b>",
        "R&D;",
        "<jo@mail.example> wrote",
    ],
)
def test_other_signs_are_plain_text(text):
    assert not is_html(text)


def test_block_begins_and_ends_with_its_tags():
    assert is_html_block(" <p>One</p>\n<p>two</p> ")
    assert not is_html_block("<p> is a tag")
    assert not is_html_block("<br>")
    assert not is_html_block("a <p>b</p>")


@given(st.text())
def test_every_text_is_one_or_the_other(text):
    assert is_html(text) in (True, False)


@pytest.mark.parametrize("piece", ["<", "<a ", "<a b=c ", "&a", "<p>", "a='"])
def test_work_grows_linearly_with_hostile_text(piece):
    small, large = (lines_executed(partial(is_html, piece * count)) for count in (500, 2_000))
    assert large < 4.5 * small + 1_000
