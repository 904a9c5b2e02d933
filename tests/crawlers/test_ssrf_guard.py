"""Addresses that a crawl may or may not reach."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.ssrf_guard import AllowedHosts, RefusedError, is_public

CLOSED_IPV4 = [
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
]
CLOSED_IPV6 = [
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
]
TRANSLATED = ["64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1"]
NO_LITERALS = [
    "localhost",
    "127.1",
    "0x7f000001",
    "2130706433",
    "example.com",
    "1.1.1.1:80",
    "fe80::1%eth0",
]


@pytest.mark.parametrize("address", ["", *CLOSED_IPV4, *CLOSED_IPV6, *TRANSLATED, *NO_LITERALS])
def test_private_addresses_are_not_public(address):
    """Private, local, reserved, multicast, translated, or not a literal address."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1"]
)
def test_public_addresses(address):
    assert is_public(address)


@given(st.integers(0, 2**32 - 1))
def test_mapped_address_is_as_public_as_its_ipv4_address(number):
    plain = IPv4Address(number)
    assert is_public(f"::ffff:{plain}") == is_public(str(plain))


@given(
    st.sampled_from([0x64FF9B << 96, 0x2002 << 112, 0x20010000 << 96]), st.integers(0, 2**80 - 1)
)
def test_translated_addresses_are_not_public(prefix, rest):
    """NAT64, 6to4 and Teredo contain other addresses; none of them is public."""
    assert not is_public(str(IPv6Address(prefix | rest % 2**32)))


ALLOWED_HOSTS = AllowedHosts.of_sources(
    [("http://127.0.0.1:8000/feed", True), ("https://blog.example:8443/", False)]
)


@pytest.mark.parametrize(
    ("url", "allow_loopback", "is_admitted"),
    [
        ("https://any.example/", False, True),
        ("http://any.example:80/", False, True),
        ("http://any.example:443/", False, True),
        ("http://any.example:22/", False, False),
        ("http://any.example:9200/", True, False),
        ("https://blog.example:8443/page", False, True),
        ("https://blog.example:8444/page", False, False),
        ("http://127.0.0.1:8000/page", True, True),
        ("http://127.0.0.1:8000/page", False, False),
        ("http://127.0.0.1/page", True, False),
        ("http://127.0.0.1:8001/page", True, False),
        ("http://user:secret@127.0.0.1:8000/", False, False),
    ],
)
def test_urls_that_a_source_may_request(url, allow_loopback, is_admitted):
    """Ports 80 and 443, and host:port of the sources; loopback only for sources that allow it."""
    if is_admitted:
        ALLOWED_HOSTS.check_url(url, allow_loopback=allow_loopback)
        return
    with pytest.raises(RefusedError, match=r"^blocked: http") as error_info:
        ALLOWED_HOSTS.check_url(url, allow_loopback=allow_loopback)
    assert "secret" not in str(error_info.value)


@pytest.mark.parametrize(
    ("name", "address", "is_allowed"),
    [
        ("any.example", "93.184.216.34", True),
        ("any.example", "127.0.0.1", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "10.0.0.1", False),
        ("blog.example", "127.0.0.1", False),
        ("127.0.0.1", "nonsense", False),
    ],
)
def test_only_a_configured_host_may_resolve_to_loopback(name, address, is_allowed):
    """It may resolve to loopback, not to other private networks."""
    assert ALLOWED_HOSTS.allows_address(name, address) is is_allowed
