"""The SSRF guard: a crawl connects to public addresses only, except where its source allows more.

Addresses are checked after resolution, on the very address of the connection: other spellings,
rebinding and redirects are covered by construction. The resolver must be in the settings of the
process: Scrapy silently ignores it in those of a spider.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, Final, Self

from scrapy.crawler import Crawler
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from core.errors import PermanentError
from crawlers.urls import DEFAULT_PORTS, endpoint, host, port, redact_url

ALLOWED_HOSTS_SETTING: Final = "HARKEN_ALLOWED_HOSTS"  # Scrapy setting with the AllowedHosts
_WEB_PORTS: Final = frozenset(DEFAULT_PORTS.values())
# Addresses that contain another one: NAT64 (RFC 6052, 8215), 6to4 (3056), Teredo (4380).
_TUNNEL_NETWORKS: Final = tuple(
    ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


class RefusedError(PermanentError):
    """A request that the guard does not allow."""


def is_public(address: str) -> bool:
    """Return True if *address*, a literal without port, is on the public internet.

    Stricter than ``ipaddress.is_global``, which lets multicast, NAT64, 6to4 and site-local pass.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip.is_site_local or any(ip in net for net in _TUNNEL_NETWORKS):
            return False
    return ip.is_global and not ip.is_multicast


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """Endpoints of a batch's sources beyond public addresses on ports 80 and 443."""

    endpoints: frozenset[str] = frozenset()  # host:port in a source's settings
    loopback: frozenset[str] = frozenset()  # those of them that may be loopback addresses

    @classmethod
    def of_sources(cls, sources: Iterable[tuple[str, bool]]) -> Self:
        """Return the hosts for the (url, allow_loopback) of each source."""
        source_endpoints = [(endpoint(url), may_loop) for url, may_loop in sources]
        loopback_endpoints = frozenset(
            host_port for host_port, may_loop in source_endpoints if may_loop
        )
        return cls(frozenset(host_port for host_port, _ in source_endpoints), loopback_endpoints)

    def check_url(self, url: str, *, allow_loopback: bool) -> None:
        """Let a request to *url* pass; *allow_loopback* is the flag of its source.

        Raises:
            RefusedError: its scheme, port or host is not allowed.
        """
        host_port = endpoint(url)
        if port(url) not in _WEB_PORTS and host_port not in self.endpoints:
            reason = "only ports 80, 443 and the source's own are allowed"
            raise RefusedError(f"blocked: {redact_url(url)}: {reason}")
        if host(url) in self._local_hosts() and not (allow_loopback and host_port in self.loopback):
            reason = "this loopback address is not the source's own"
            raise RefusedError(f"blocked: {redact_url(url)}: {reason}")

    def allows_address(self, name: str, address: str) -> bool:
        """Return True if the host *name* may be connected to at *address*."""
        return is_public(address) or (name in self._local_hosts() and _is_loopback(address))

    def _local_hosts(self) -> set[str]:
        return {host_port.rpartition(":")[0] for host_port in self.loopback}


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


class GuardedResolver(CachingThreadedResolver):
    """Scrapy's resolver, followed by the guard. Twisted calls it for literal addresses, too."""

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float) -> None:
        super().__init__(reactor, cache_size, timeout)
        self.allowed_hosts = AllowedHosts()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Return the resolver with the allowed hosts of the settings; called by Scrapy."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed_hosts = crawler.settings[ALLOWED_HOSTS_SETTING]
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":  # noqa: N802  Twisted's name
        """Resolve *name*; the Deferred fails with DNSLookupError if its address is not allowed."""
        lookup: Deferred[Any] = super().getHostByName(name, timeout)
        return lookup.addCallback(self._check, name)

    def _check(self, address: str, name: str) -> str:
        if not self.allowed_hosts.allows_address(name, address):
            raise DNSLookupError(f"{name}: its address is blocked")
        return address
