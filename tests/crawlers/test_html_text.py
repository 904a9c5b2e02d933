"""Conversion of foreign HTML and text for the database."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.html_text import html_to_text, plain_to_text
from crawlers.text import CUT_MARK, TEXT_LIMIT, compose, make_valid, truncate
from tests.work import lines_executed


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>a &amp; b</p><p>c<br>d</p>", "a & b\n\nc\nd"),
        ("<div>a</div><div>b</div>c", "a\nb\nc"),
        ("x<br><br>y", "x\n\ny"),
        ("a\n  b   c<b> d</b>", "a b c d"),
        ('see <a href="javascript:x()">my <i>link</i></a>!', "see my link!"),
        ("a<script>alert(1)</script><style>p{}</style><!-- c -->b", "ab"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<ul><li>one<li>two</ul>", "one\ntwo"),
        ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"),
        ("<p></p>", ""),
        ('<p>Look</p><img src="x.jpg" alt="A burnt lid">', "Look\n\nA burnt lid"),
        ('hot<img class="smiley" alt=":)" src="s.gif">, really', "hot :) , really"),
        ('a <img title="A clean lid" src="x.jpg">', "a A clean lid"),
        ('<img alt="IMG_2034.jpg"><img alt=""><img src="x">a', "a"),
        ("a<iframe>old browser</iframe><video>no video</video><svg><title>x</title></svg>b", "ab"),
        ("a<button>Copy</button><select><option>one</select>b", "ab"),
        ('a<span hidden>b</span><span style="color:red; display: none">c</span>d', "ad"),
        ("", ""),
        ("&#0;&#xD83D;<b>x", "\ufffd\ufffdx"),
        ("\ud83d\x00<b>x", "\ufffdx"),
        ("it&#146;s &#x80;5", "it\u2019s \u20ac5"),
        ("a &#55357;&#56898; b &#xD83D;&#XDE42; c", "a \U0001f642 b \U0001f642 c"),
        ("a &#56898;&#55357; b", "a \ufffd\ufffd b"),
    ],
)
def test_visible_text_of_html(html, text):
    assert html_to_text(html) == text


QUOTES = {
    "phpBB": "<blockquote><div><cite>jo wrote:</cite>It burns.</div></blockquote>",
    "phpBB, no author": '<blockquote class="uncited"><div>It burns.</div></blockquote>',
    "vBulletin": '<div class="bbcode_container"><div class="bbcode_quote">It burns.</div></div>',
    "SMF": '<div class="quoteheader">Quote from: jo</div>'
    '<blockquote class="bbc_standard_quote">It burns.</blockquote>',
    "XenForo": '<blockquote class="bbCodeBlock bbCodeBlock--quote"><a>jo said:</a>It burns.'
    '<div class="bbCodeBlock-expandLink"><a>Click to expand...</a></div></blockquote>',
    "Discourse": '<aside class="quote no-group"><div class="title">jo:</div>It burns.</aside>',
    "Invision": '<blockquote class="ipsQuote"><p>It burns.</p></blockquote>',
    "MyBB": '<blockquote class="mycode_quote"><cite>jo Wrote:</cite>It burns.</blockquote>',
    "email": '<div class="gmail_quote">On Monday jo wrote: It burns.</div>',
}


@pytest.mark.parametrize("software", QUOTES)
def test_quote_box_of_a_forum_is_left_out_of_every_text(software):
    assert html_to_text(f"{QUOTES[software]}<p>Mine does not.</p>") == "Mine does not."


def test_blockquote_of_an_article_is_part_of_it():
    """It has its source at the end, or none; only where the caller says so it is left out."""
    html = "<blockquote><p>It burns.</p><cite>Jo</cite></blockquote><p>So they say.</p>"
    assert html_to_text(html) == "It burns.\n\nJo\n\nSo they say."
    assert html_to_text(html, without="blockquote") == "So they say."


def test_plain_text_keeps_its_signs_and_lines():
    assert plain_to_text(" if t  <b and c> d\r\n\n\n\nit &amp; boils ") == (
        "if t <b and c> d\n\nit &amp; boils"
    )


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1))
def test_escaped_text_is_restored(text):
    """Any text, escaped into a paragraph, is restored unchanged."""
    html = text.replace("&", "&amp;").replace("<", "&lt;")
    assert html_to_text(f"<p>{html}</p>") == make_valid(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    ["<div>", "<a", "<b> </b>", "<br>", "&"],
    ids=["deep", "open", "spaces", "breaks", "entities"],
)
def test_work_grows_linearly_with_hostile_html(piece):
    """Nesting and repetition: four times the page costs at most four times the work."""
    small, large = (
        lines_executed(partial(html_to_text, piece * count + "<p>end")) for count in (5_000, 20_000)
    )
    assert large < 4.2 * small + 1_000


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["<div>", "<a", "<b> </b>", "<br>", "&"])
def test_megabyte_of_hostile_html_is_converted(piece):
    assert isinstance(html_to_text(piece * (1_000_000 // len(piece)) + "<p>end"), str)


@given(st.text(st.characters(codec=None)) | st.text(max_size=5).map(lambda t: t * 9_000))
def test_stored_text_is_valid_and_limited(text):
    """No NUL, no lone surrogate, at most 32 KiB; a text that fits is unchanged."""
    clean = make_valid(text)
    clean.encode()
    assert "\x00" not in clean
    short = truncate(clean)
    assert len(short.encode()) <= TEXT_LIMIT
    assert short == clean or (short.endswith(CUT_MARK) and clean.startswith(short[:1_000]))
    assert make_valid(clean) == clean
    assert truncate(short) == short


@pytest.mark.parametrize(
    ("title", "body", "text"),
    [
        ("Rattle", "The box rattles.", "Rattle\n\nThe box rattles."),
        ("The box…", "The box rattles.", "The box rattles."),
        ("The  box...", "The box rattles.", "The box rattles."),
        ("The box", "The box", "The box"),
        ("", "The box", "The box"),
        ("Rattle", "", "Rattle"),
        ("", "", ""),
    ],
)
def test_title_is_not_repeated(title, body, text):
    assert compose(title, body) == text
