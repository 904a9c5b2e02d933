"""The contract of a real third-party server; one module each in ``bench.acceptance.servers``.

Its content is read from its own database or administration, never through our parsers.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

SERVERS: Final = "bench.acceptance.servers"


class Server(ABC):
    """A server in a folder of its own that starts with posts, changes them, and stops."""

    name: ClassVar[str]
    query: ClassVar[str]  # of a watch that matches every post there

    @abstractmethod
    def start(self, folder: Path) -> None:
        """Start in the empty *folder*, with its posts."""

    @abstractmethod
    def source(self) -> Mapping[str, Any]:
        """Return ``kind`` and ``options`` of its source for harken.yaml."""

    @abstractmethod
    def truth(self) -> set[str]:
        """Return the uri of every post that visitors can read now."""

    @abstractmethod
    def edit(self) -> Mapping[str, str]:
        """Change posts; return by uri words that each now contains."""

    @abstractmethod
    def delete(self) -> Sequence[str]:
        """Delete posts; return their uris."""

    @abstractmethod
    def stop(self) -> None:
        """Stop everything that was started."""
