"""The socket on which the console of a run listens."""

import socket

from core.errors import ConfigError


def open_socket(host: str, port: int) -> socket.socket:
    """Listen at *host* and *port*; port 0 selects a free one.

    Raises:
        ConfigError: the address is in use, or not one of this machine.
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
    """Return the URL at which a browser on this machine reaches *listener*."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
