"""URLs: canonical form, endpoint, redaction for logs."""

import re
from typing import Final
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit, urlunsplit

from w3lib.url import url_query_cleaner

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Host names have parts of 1 to 63 octets (RFC 1035); IDNA only makes a part longer.
_LABELS: Final = re.compile(r"[^\s.]{1,63}(?:\.[^\s.]{1,63})*\.?")
# Parameters that track a reader and never name the page (the list of courlan 1.4, shortened).
_TRACKERS: Final = frozenset(
    ["fbclid", "gclid", "dclid", "msclkid", "yclid", "mc_cid", "mc_eid", "igshid"]
)


def is_absolute(url: str) -> bool:
    """Return True if *url* is http or https with a host, and a port that can exist."""
    try:
        check_web_url(url)
    except ValueError:
        return False
    return True


def check_web_url(url: str) -> str:
    """Return *url* if it can be fetched.

    Raises:
        ValueError: it is not http(s), or its host or port cannot exist; the message says which.
    """
    parts = urlsplit(url)  # raises for a bracket without its other
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"{url!r} is no web address; use https://host/path")
    try:
        is_port = parts.port != 0
    except ValueError:
        is_port = False
    if not is_port:
        port_text = parts.netloc.rpartition(":")[2]
        raise ValueError(f"port {port_text} does not exist; ports are numbers from 1 to 65535")
    if not _LABELS.fullmatch(parts.hostname) and ":" not in parts.hostname:
        raise ValueError(f"{parts.hostname!r} is no host name; its parts have 1 to 63 characters")
    return url


def canonical_url(url: str) -> str:
    """Return the canonical form of *url*: host in lower case, no default port, no trackers.

    Path, other parameters and fragment stay unchanged; so does a URL that is not http(s). The ids
    of mentions are hashes of this form: changing it stores every post a second time.
    """
    if not is_absolute(url):
        return url
    parts = urlsplit(url)
    # Not w3lib's canonicalize_url: it sorts parameters and removes the fragment, which may name
    # one post of a page.
    query = _without_trackers(parts.query)
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
    port_number = parts.port
    name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    return name if port_number in (None, DEFAULT_PORTS[parts.scheme]) else f"{name}:{port_number}"


def _without_trackers(query: str) -> str:
    # w3lib removes names exactly as they are written, but "utm_" is a prefix and "utm%5Fid" is one.
    names = {pair.partition("=")[0] for pair in query.split("&")}
    tracker_names = [name for name in names if _is_tracker(unquote_plus(name))]
    if not tracker_names:
        return query
    clean_url = url_query_cleaner(f"?{query}", tracker_names, remove=True, unique=False)
    # Encoded again ("%20" becomes "+"), because the ids of stored posts are of this form.
    return urlencode(parse_qsl(clean_url.removeprefix("?"), keep_blank_values=True))


def _is_tracker(name: str) -> bool:
    return name.startswith("utm_") or name in _TRACKERS
