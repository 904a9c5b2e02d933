"""Rejection of XML attacks, truncated feeds and other formats."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import PermanentError
from crawlers.feed_safety import reject_unsafe_feed

FEED = (
    b'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>T</title>'
    b"<item><title>One &amp; two</title><guid>1</guid></item>"
    b"<item><title>Three</title><guid>2</guid></item></channel></rss>\n"
)


def rejection(body: bytes) -> str:
    """Return the reason for which *body* is rejected; "" if it passes."""
    try:
        reject_unsafe_feed(body)
    except PermanentError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "body",
    [
        FEED,
        FEED.replace(b"&amp;", b"&"),
        FEED.replace(b"Three", b"Caf\xe9"),
        FEED.replace(b"<?xml", b"\n<?xml"),
        FEED + b"<!-- made in 0.2 s --> \n",
        b'<feed xmlns="http://www.w3.org/2005/Atom"/>',
        b'<!DOCTYPE rss SYSTEM "http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss/>',
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF>',
        b'<atom:feed xmlns:atom="http://www.w3.org/2005/Atom"><x>&</x></atom:feed>',
    ],
)
def test_real_world_feed_is_accepted(body):
    assert rejection(body) == ""


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not a feed"),
        (b"<html><body>rss</body></html>", "the root is <html>"),
        (b"<html><p>a<br></html>", "not a feed"),
        (b'{"rss": 1}', "not a feed"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>', "declares entities"),
        (b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss/>', "rejected: its XML"),
    ],
)
def test_attack_or_other_format_is_rejected(body, reason):
    assert reason in rejection(body)


@pytest.mark.parametrize("end", range(0, len(FEED.rstrip()), 7))
def test_truncated_feed_is_rejected(end):
    """At any point of truncation: the missing entries would count as deleted or crawled."""
    assert rejection(FEED[:end])


def test_truncated_ill_formed_feed_is_rejected():
    assert rejection(FEED.replace(b"&amp;", b"&")[:-20])


@settings(max_examples=60)
@given(st.binary(max_size=80), st.integers(0, len(FEED)))
def test_rejection_does_not_quote_the_feed(noise, at):
    canary = b"canary " + noise
    reason = rejection(FEED[:at] + canary + FEED[at:])
    assert "canary" not in reason
