"""A server on loopback that plays one side of a dialogue in a file, in any protocol.

Each line of a dialogue is an act of the server:

- ``S: TEXT``: send TEXT and a line end.
- ``C: TEXT``: receive a line that begins with TEXT.
- ``C*: TEXT``: receive lines up to one that is TEXT, such as an empty one.
- ``BODY``: receive as many bytes as the last Content-Length stated.
- ``WAIT``: receive until the client closes the connection.

At the end the server closes the connection.
"""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import BinaryIO

TIMEOUT_S = 10  # for a line of the client
_LENGTH = re.compile(rb"^content-length: *(\d+)", re.IGNORECASE | re.MULTILINE)


class Dialogue:
    """A server that plays *script* with the first client that connects."""

    def __init__(self, script: str) -> None:
        self.received_bytes = b""
        self.differences: list[str] = []  # from the dialogue
        self._script = [line for line in script.splitlines() if line]
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._thread = Thread(target=self._serve, daemon=True)

    @contextmanager
    def running(self) -> Iterator["Dialogue"]:
        """Serve meanwhile, and wait for the end of the dialogue."""
        self._listener.settimeout(TIMEOUT_S)
        self._thread.start()
        try:
            yield self
            self._thread.join(TIMEOUT_S)
        finally:
            self._listener.close()

    def _serve(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            self.differences.append("nobody connected")
            return
        connection.settimeout(TIMEOUT_S)
        with connection, connection.makefile("rb") as stream:
            for step in self._script:
                try:
                    self._play(step, connection, stream)
                except OSError as error:
                    self.differences.append(f"{step}: {error}")
                    return

    def _play(self, step: str, connection: socket.socket, stream: BinaryIO) -> None:
        act, _, text = step.partition(": ")
        if act == "S":
            connection.sendall(f"{text}\r\n".encode())
        elif act == "C":
            line = self._line(stream)
            if not line.startswith(text):
                self.differences.append(f"{step}: {line!r}")
        elif act.startswith("C*"):
            while self._line(stream) != text:
                pass
        elif act == "BODY":
            self.received_bytes += stream.read(int(_LENGTH.findall(self.received_bytes)[-1]))
        else:
            self.received_bytes += stream.read()

    def _line(self, stream: BinaryIO) -> str:
        line = stream.readline()
        if not line:
            raise OSError("the client closed the connection")
        self.received_bytes += line
        return line.decode().rstrip("\r\n")
