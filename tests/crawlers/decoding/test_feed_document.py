"""The feed inside a response, and references that stand for one character."""

from contextlib import suppress

import pytest

from core.errors import PermanentError
from crawlers.decoding.feed_document import extract_feed

FEED = '<rss version="2.0"><channel><title>One</title></channel></rss>'
NOTICE = "<br />\n<b>Warning</b>:  Undefined array key 3 in <b>/srv/feed.php</b> on line <b>9</b>"
SCRIPT = '<script>document.write("<rss></rss>")</script>'


def rejection(text: str) -> str:
    with pytest.raises(PermanentError) as error:
        extract_feed(text)
    return str(error.value)


@pytest.mark.parametrize(
    "before", ["", "\n\n", NOTICE, SCRIPT, "<!-- <rss> is below -->", "1f4\r\n"]
)
@pytest.mark.parametrize(
    "after", ["", "\n", NOTICE, SCRIPT, "<!-- </rss> -->", "<html></html>", FEED]
)
def test_feed_is_extracted_from_its_surroundings(before, after):
    declaration = '<?xml version="1.0" encoding="koi8-r"?>\n'
    assert extract_feed(before + FEED + after) == FEED
    assert extract_feed(declaration + before + FEED + after) == FEED
    assert extract_feed(before + declaration + FEED + after) == FEED


@pytest.mark.parametrize(
    "root",
    [
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry/></feed>',
        '<feed xmlns="http://www.w3.org/2005/Atom"/>',
        '<atom:feed xmlns:atom="http://www.w3.org/2005/Atom"><x>&</x></atom:feed >',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF>',
        "<RSS><channel></channel></RSS>",
        "<rss><x><![CDATA[the end tag </rss> of a feed]]></x></rss>",
        "<rss><!-- </rss> --><x/></rss>",
        "<rss><x>a <rss> in an old post</x></rss>",
    ],
)
def test_feed_ends_with_its_own_end_tag(root):
    assert extract_feed(f"{root}\n{SCRIPT}\n<!-- 0.2 s -->") == root


@pytest.mark.parametrize("end", range(5, len(FEED), 7))
@pytest.mark.parametrize("after", ["", SCRIPT, "</body></html>"])
def test_feed_without_its_end_tag_is_rejected(end, after):
    """The missing entries would count as deleted or crawled."""
    assert rejection(FEED[:end] + after) == "not a feed: cut off, its end tag </rss> is missing"


def test_feed_that_is_cut_off_in_a_quoted_end_tag_is_rejected():
    assert "cut off" in rejection("<rss><x><![CDATA[the end tag </rss> of")


@pytest.mark.parametrize("text", ["", "gone", '{"rss": 1}', "<html><p>rss</p></html>", SCRIPT])
def test_response_without_a_feed_is_rejected(text):
    assert rejection(text) == "not a feed: no <rss>, <feed> or <rdf:RDF> in the response"


@pytest.mark.parametrize(
    ("markup", "xml"),
    [
        ("a&nbsp;b &eacute;&check;", "a\xa0b é✓"),
        ("&amp;&lt;&gt;&quot;&apos;", "&amp;&lt;&gt;&quot;&apos;"),
        ("&amp;nbsp; & &; &nbsp", "&amp;nbsp; & &; &nbsp"),
        ("&nosuchname; &own;", "&nosuchname; &own;"),
        ("<![CDATA[&nbsp;&own;]]>&nbsp;", "<![CDATA[&nbsp;&own;]]>\xa0"),
        ("&#146; &#x80; &#8212; &#55000;", "’ € &#8212; \ud6d8"),
        ("&#55357;&#56898; &#xd83d; &#57343;", "\U0001f642 \ufffd \ufffd"),
        ("a\x08b\x1bc\td", "a b c\td"),
    ],
)
def test_references_to_one_character_are_resolved(markup, xml):
    assert extract_feed(f"<rss>{markup}</rss>") == f"<rss>{xml}</rss>"


def test_declared_entities_of_one_character_are_resolved():
    doctype = """<!DOCTYPE rss [
    <!ENTITY dash "&#8212;"> <!ENTITY nbsp ' '> <!ENTITY less "&#38;#60;"> <!ENTITY lt "&#38;#60;">
    <!ENTITY dash "x">]>"""
    text = extract_feed(f"<?xml version='1.0'?>{doctype}<rss>a&dash;b&nbsp;c&less;d&lt;</rss>")
    assert text.endswith("<rss>a—b c&lt;d&lt;</rss>")
    assert "ENTITY" not in text


@pytest.mark.parametrize(
    "declaration",
    [
        '<!ENTITY a "ha">',
        '<!ENTITY a "&b;&b;">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY % a "x">',
        '<!ENTITY a "&#65;&#65;">',
    ],
)
def test_other_entities_stay_for_the_checks(declaration):
    text = f'<!DOCTYPE rss [<!ENTITY nbsp "&#160;">{declaration}]><rss>&a;</rss>'
    assert declaration in extract_feed(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        *("<!--", "<rss>", "<rss ", "</rss", "</rss>x", "<![CDATA[", "<script>", "&#55357;"),
        *("&nbsp;", "<!DOCTYPE[", "<!DOCTYPE x '", "<!ENTITY a '", "]]>"),
    ],
)
def test_megabyte_of_a_hostile_feed_is_searched(piece):
    """Before the root and in it: work that grows faster than the feed would not end in time."""
    pieces = piece * (1_000_000 // len(piece))
    for text in (f"<rss>{pieces}</rss>", f"{pieces}<rss></rss>", f"<rss>{pieces}"):
        with suppress(PermanentError):
            extract_feed(text)
