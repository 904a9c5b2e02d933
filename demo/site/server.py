"""The site on a socket of 127.0.0.1, with the threaded server of the standard library."""

from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock

from demo.site.answer import SiteResponse
from demo.site.app import Site, without_body
from demo.site.log import AccessLog


class SiteServer(ThreadingHTTPServer):
    """A server of one :class:`Site`; *clock* returns the time of the site.

    Port 0 takes any free port.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, clock: Callable[[], datetime], log: AccessLog) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.site: Site | None = None  # its timeline needs the address, hence the socket
        self.clock = clock
        self.log = log
        self.lock = Lock()  # the site stores its rate limit: one response at a time

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that were killed in the middle of a response."""

    @property
    def address(self) -> str:
        """The address ``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "replay"
    sys_version = ""
    disable_nagle_algorithm = True  # head and body would wait 40 ms for each other
    wbufsize = 65536
    server: SiteServer

    def do_GET(self) -> None:
        """Answer a GET."""
        self._send(self._respond(), is_head=False)

    def do_HEAD(self) -> None:
        """Answer a HEAD: like a GET, without the body."""
        self._send(self._respond(), is_head=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Print nothing on stderr; the access log has every request."""

    def _respond(self) -> SiteResponse:
        site, now = self.server.site, self.server.clock()
        if site is None:
            return SiteResponse(status=503)
        with self.server.lock:
            return site.respond(
                self.path,
                now,
                if_none_match=self.headers.get("If-None-Match"),
                if_modified_since=self.headers.get("If-Modified-Since"),
            )

    def _send(self, response: SiteResponse, *, is_head: bool) -> None:
        reply = without_body(response) if is_head else response
        self.send_response(response.status)
        if response.status != 304:  # noqa: PLR2004 - has neither type nor length
            self.send_header("content-type", response.content_type)
            self.send_header("content-length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        self.server.log.add(self.server.clock(), self.command, self.path, reply)
