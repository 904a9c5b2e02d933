"""Checks on every request (host name, body size) and security headers on every response."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import ConfigError

MAX_BODY_BYTES: Final = 10_000  # the only request body is the token of a form
SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; font-src 'self'; connect-src 'self'; frame-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # a forum must not learn the search from a link
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",  # a cache must not keep a deleted mention
}


def refuse_open_bind(host: str) -> None:
    """Refuse to start the console on an address that other machines can reach.

    Raises:
        ConfigError: *host* is not a loopback address.
    """
    if not is_loopback(host):
        raise ConfigError(
            f"console.host: {host!r} is open to other machines, and the console has no login yet: "
            "anyone who reaches it can read everything. Use 127.0.0.1; for access from outside, "
            "add an SSH tunnel or a reverse proxy that asks for a password."
        )


def is_loopback(host: str) -> bool:
    """Return True if *host* is localhost, in 127.0.0.0/8 or ::1."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class SecurityMiddleware:
    """ASGI middleware that refuses unknown host names and large bodies.

    A foreign Host header means DNS rebinding: somebody's DNS name points to this machine, and
    their page would have the console's origin and could read everything.
    """

    def __init__(
        self, app: ASGIApp, base_url: str, refusal: Callable[[HTTPStatus], ASGIApp]
    ) -> None:
        """*refusal* builds the answer to a body that is refused."""
        self._app = app
        self._refusal = refusal
        self._base_hostname = urlsplit(base_url).hostname

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        app = self._rejection(scope) or self._app
        await app(
            {**scope, "method": "GET"} if is_head else scope,
            receive,
            _with_headers(send, is_head=is_head),
        )

    def _rejection(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        host = _hostname(headers.get("host", ""))
        if not (host and (host == self._base_hostname or is_loopback(host))):
            # Plain text: a page would show open incidents to whoever owns the name.
            return PlainTextResponse(
                "Unknown host name; set console.base_url.\n", HTTPStatus.BAD_REQUEST
            )
        if scope["method"] not in ("GET", "HEAD"):
            length = headers.get("content-length", "")
            if not length.isdecimal():
                return self._refusal(HTTPStatus.LENGTH_REQUIRED)
            if len(length) > len(str(MAX_BODY_BYTES)) or int(length) > MAX_BODY_BYTES:
                return self._refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return None


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _with_headers(send: Send, *, is_head: bool) -> Send:
    """Return *send* with the security headers added; headers that a response sets itself stay."""

    async def send_with_headers(message: Message) -> None:
        """Send *message*; the answer to HEAD has no body."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        elif is_head:
            message = {**message, "body": b""}
        await send(message)

    return send_with_headers
