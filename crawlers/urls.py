"""URLs: canonical form, endpoint, redaction for logs."""

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Parameters that track a reader and never name the page (the list of courlan 1.4, shortened).
_TRACKERS: Final = frozenset(
    ["fbclid", "gclid", "dclid", "msclkid", "yclid", "mc_cid", "mc_eid", "igshid"]
)


def is_absolute(url: str) -> bool:
    """Return True if *url* is http or https with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in DEFAULT_PORTS and bool(parts.hostname)
    except ValueError:
        return False


def canonical_url(url: str) -> str:
    """Return the canonical form of *url*: host in lower case, no default port, no trackers.

    Path, other parameters and fragment stay unchanged; so does a URL that is not http(s).
    """
    if not is_absolute(url):
        return url
    parts = urlsplit(url)
    query = parts.query if not _has_trackers(parts.query) else _without_trackers(parts.query)
    return urlunsplit((parts.scheme, _netloc(url), parts.path or "/", query, parts.fragment))


def host(url: str) -> str:
    """Return the host in lower case, without brackets; "" if there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def endpoint(url: str) -> str:
    """Return ``host:port``, the unit of throttling; the port defaults to that of the scheme."""
    parts = urlsplit(url)
    return f"{parts.hostname or ''}:{port(url)}"


def port(url: str) -> int:
    """Return the port that a request to *url* connects to; 0 if the scheme is not http(s)."""
    parts = urlsplit(url)
    return parts.port if parts.port is not None else DEFAULT_PORTS.get(parts.scheme, 0)


def redact_url(url: str) -> str:
    """Return *url* for logs and error messages: without user, password, query and fragment."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _netloc(url: str) -> str:
    parts = urlsplit(url)
    try:
        port_number = parts.port
    except ValueError:
        return parts.netloc
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return name if port_number in (None, DEFAULT_PORTS[parts.scheme]) else f"{name}:{port_number}"


def _has_trackers(query: str) -> bool:
    return any(_is_tracker(name) for name, _ in parse_qsl(query, keep_blank_values=True))


def _without_trackers(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, value) for name, value in pairs if not _is_tracker(name)])


def _is_tracker(name: str) -> bool:
    return name.startswith("utm_") or name in _TRACKERS
