"""Rejection of XML attacks; feeds of the real world pass."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import PermanentError
from crawlers.decoding.feed_document import extract_feed
from crawlers.feed_safety import reject_unsafe_feed

FEED = (
    '<?xml version="1.0"?>\n<rss version="2.0"><channel><title>T</title>'
    "<item><title>One &amp; two</title><guid>1</guid></item>"
    "<item><title>Three</title><guid>2</guid></item></channel></rss>\n"
)


def rejection(text: str) -> str:
    """Return the reason for which the feed in *text* is rejected; "" if it passes."""
    try:
        reject_unsafe_feed(extract_feed(text))
    except PermanentError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "text",
    [
        FEED,
        FEED.replace("&amp;", "&"),
        FEED.replace("Three", "Caf\ufffd"),
        FEED.replace("<?xml", "\n<?xml"),
        FEED + "<!-- made in 0.2 s --> \n",
        '<!DOCTYPE rss SYSTEM "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss/>',
        '<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]><rss>&nbsp;</rss>',
    ],
)
def test_real_world_feed_is_accepted(text):
    assert rejection(text) == ""


@pytest.mark.parametrize(
    "subset",
    [
        '<!ENTITY a "bc">',
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY x "&#160;"><!ENTITY a "&b;&b;"><!ENTITY b "&x;&x;">',
        '<!ENTITY % a SYSTEM "http://bad.example/a.dtd">%a;',
    ],
)
@pytest.mark.parametrize(
    "before", ["", "<?xml version='1.0'?>", "<b>Notice</b>: x\n<!DOCTYPE html>"]
)
def test_attack_is_rejected(subset, before):
    text = f"{before}<!DOCTYPE r [{subset}]><rss>&a;</rss>"
    assert rejection(text) == "rejected: its XML declares entities"


@pytest.mark.parametrize("end", range(0, len(FEED) - 5, 7))
def test_truncated_feed_is_rejected(end):
    """At any point of truncation, and an ill-formed one, too."""
    assert rejection(FEED[:end])
    assert rejection(FEED.replace("&amp;", "&")[:end])


@settings(max_examples=60)
@given(st.text(max_size=80), st.integers(0, len(FEED)))
def test_rejection_does_not_quote_the_feed(noise, at):
    reason = rejection(FEED[:at] + "canary " + noise + FEED[at:])
    assert "canary" not in reason
