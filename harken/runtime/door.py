"""Where the console listens: taken before anything starts, so that no run goes on without it."""

import socket

from core.errors import ConfigError


def open_socket(host: str, port: int) -> socket.socket:
    """Listen at *host* and *port*; 0 takes a free one.

    Raises:
        ConfigError: it cannot be taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise ConfigError(
            f"console: cannot listen on {host} port {port}: {error.strerror}. "
            "Stop the program that uses it, or set another console.port."
        ) from None


def url_of(listener: socket.socket) -> str:
    """How a browser on this machine reaches *door*."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
