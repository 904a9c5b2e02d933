"""A TCP relay before an Elasticsearch: a demo can cut the way to a server it does not own."""

import asyncio
import contextlib
import threading
from urllib.parse import urlsplit

from demo.smtp_sink import free_port


class Relay:
    """Passes bytes on until it is cut; on the same port again when it is mended."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname or "127.0.0.1", parts.port or 9200)
        self._port = free_port()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.mend()

    @property
    def url(self) -> str:
        """Where the relay answers."""
        return f"http://127.0.0.1:{self._port}"

    def mend(self) -> None:
        """Listen."""
        asyncio.run_coroutine_threadsafe(self._mend(), self._loop).result(10)

    def cut(self) -> None:
        """Close every connection and refuse new ones."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(10)

    async def _mend(self) -> None:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self._port)

    async def _cut(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._open):
            writer.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with contextlib.suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            self._open.add(far_writer)
            await asyncio.gather(_pass(reader, far_writer), _pass(far_reader, writer))
            self._open.discard(far_writer)
        self._open.discard(writer)
        writer.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()
