"""Own accounts of a watch as harken.yaml names them: names, handles, accounts and sites."""

import re
from dataclasses import dataclass
from typing import Final

_SCHEME: Final = re.compile(r"https?://", re.IGNORECASE)
_HOST: Final = re.compile(r"[^\W_][\w-]*(\.[\w-]+)*\.[^\W\d_][\w-]*|localhost", re.IGNORECASE)
_FEDIVERSE: Final = re.compile(r"@?([^@\s/]+)@([^@\s/]+)")  # @acme@mastodon.example
_WORD: Final = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """One entry of ``own_accounts``: an account, a site, or a name that may be both."""

    name: str  # of the account; empty: only a site
    platform: str | None  # host of the account's platform; None: any
    site: str | None = None  # host of an own site, without "www."; None: none


def parse_own_account(text: str) -> OwnAccount:
    """Return the account or site that *text* names.

    ``@acme`` and ``Acme Support`` are accounts of any platform, ``mastodon.example/@acme`` and
    ``@acme@mastodon.example`` are accounts of one, ``acme.example`` is a site.

    Raises:
        ValueError: it names none.
    """
    address = _SCHEME.sub("", text.strip(), count=1).rstrip("/")
    if match := _FEDIVERSE.fullmatch(address):
        return OwnAccount(match[1], _host(match[2]))
    place, slash, path = address.partition("/")
    host = _host(place)
    if slash and host:
        return OwnAccount(_account(path.rpartition("/")[2]), host)
    if host:  # "Acme.com" is a name as well
        return OwnAccount(address, None, host)
    return OwnAccount(_account(address), None)


def _host(text: str) -> str | None:
    """Return *text* as a host without port and "www."; None if it is none."""
    name = text.rpartition(":")[0] if re.search(r":\d+$", text) else text
    return name.lower().removeprefix("www.") if _HOST.fullmatch(name) else None


def _account(text: str) -> str:
    name = text.strip().removeprefix("@").strip()
    if not _WORD.search(name):
        raise ValueError(
            "should be a handle such as @acme, an account such as mastodon.example/@acme, "
            "a name such as Acme Support or a site such as acme.example"
        )
    return name
