"""Canonical URLs, endpoints, and redaction for logs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.urls import (
    canonical_url,
    check_web_url,
    endpoint,
    host,
    is_absolute,
    port,
    redact_url,
)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://Blog.Example:443/A?b=1#c", "https://blog.example/A?b=1#c"),
        ("http://blog.example", "http://blog.example/"),
        ("http://blog.example:8080/x", "http://blog.example:8080/x"),
        ("http://[2606:4700::1]:80/x", "http://[2606:4700::1]/x"),
        ("https://a.example/?utm_source=rss&p=1&fbclid=x", "https://a.example/?p=1"),
        ("https://a.example/%7Ejo?q=a%20b&utm_x", "https://a.example/%7Ejo?q=a+b"),
        ("https://a.example/%7Ejo?q=a%20b", "https://a.example/%7Ejo?q=a%20b"),
        ("http://a.example:port/", "http://a.example:port/"),
        ("tag:a.example,2026:1", "tag:a.example,2026:1"),
        ("http://[broken/", "http://[broken/"),
    ],
)
def test_canonical_url_of_a_page(url, canonical):
    assert canonical_url(url) == canonical


@given(st.text() | st.text().map(lambda rest: f"https://{rest}"))
def test_canonical_url_is_idempotent(url):
    assert canonical_url(canonical_url(url)) == canonical_url(url)


def test_endpoint_is_host_and_port():
    assert endpoint("https://A.example/x") == "a.example:443"
    assert endpoint("http://a.example:8080/x") == "a.example:8080"
    assert port("ftp://a.example/") == 0
    assert host("http://[::1]:80/") == "::1"
    assert host("http://[broken/") == ""


def test_redacted_url_has_no_secrets():
    """Logs and reasons of failures contain redacted URLs only."""
    assert (
        redact_url("https://jo:SECRET@a.example:8080/x?key=SECRET#y") == "https://a.example:8080/x"
    )


@pytest.mark.parametrize("url", ["", "/x", "//a.example/x", "mailto:jo@a.example", "http:///x"])
def test_relative_and_other_urls_are_not_absolute(url):
    assert not is_absolute(url)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://a.example:99999/", "port 99999 does not exist"),
        ("http://a.example:0/", "port 0 does not exist"),
        ("http://a.example:eighty/", "port eighty does not exist"),
        ("http://a.example:-1/", "port -1 does not exist"),
        ("http://[::1]:70000/", "port 70000 does not exist"),
        ("http://[broken/", "Invalid IPv6 URL"),
        ("http://a..example/", "'a..example' is no host name"),
        (f"http://{'a' * 64}.example/", "is no host name"),
        ("http://a b.example/", "'a b.example' is no host name"),
    ],
)
def test_address_that_cannot_be_fetched_is_named(url, problem):
    """A crawl of many sources must not end at one of them, nor at a link of a page."""
    assert not is_absolute(url)
    with pytest.raises(ValueError, match=re.escape(problem)):
        check_web_url(url)


@pytest.mark.parametrize("url", ["http://a.example", "https://a.example.:8443/x", "http://[::1]/"])
def test_address_that_can_be_fetched_is_returned(url):
    assert check_web_url(url) == url
