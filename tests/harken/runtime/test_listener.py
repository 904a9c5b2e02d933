"""The socket of the console is opened, or an error is raised, before any process starts."""

import socket
import urllib.parse

import pytest

from core.errors import ConfigError
from harken.runtime.listener import open_socket, url_of


def test_free_port_is_opened_and_reported():
    with open_socket("127.0.0.1", 0) as listener:
        url = urllib.parse.urlsplit(url_of(listener))
        assert (url.scheme, url.hostname) == ("http", "127.0.0.1")
        assert url.port is not None
        with socket.create_connection(("127.0.0.1", url.port), timeout=5) as client:
            assert client.getpeername()[1] == url.port


def test_port_in_use_is_a_mistake_in_the_settings():
    with open_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"cannot listen on 127\.0\.0\.1 port {port}: Addr"):
            open_socket("127.0.0.1", port)


def test_port_is_free_after_closing():
    with open_socket("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    open_socket("127.0.0.1", port).close()


def test_foreign_address_is_a_mistake_in_the_settings():
    with pytest.raises(ConfigError, match="cannot listen on"):
        open_socket("192.0.2.1", 0)


def test_no_child_inherits_the_socket():
    with open_socket("127.0.0.1", 0) as listener:
        assert not listener.get_inheritable()


def test_url_of_ipv6_loopback_has_brackets():
    try:
        listener = open_socket("::1", 0)
    except ConfigError:
        return  # the kernel has no IPv6
    with listener:
        assert url_of(listener) == f"http://[::1]:{listener.getsockname()[1]}/"
