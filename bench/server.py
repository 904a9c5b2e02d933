"""The contract of a real server that somebody else wrote; one file each in ``bench.servers``.

What it holds is read from its own database or administration, never through our parsers.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

SERVERS: Final = "bench.servers"


class Server(ABC):
    """Starts empty in a folder of its own, is seeded, is changed, and ends."""

    name: ClassVar[str]
    query: ClassVar[str]  # of a watch that wants every post there

    @abstractmethod
    def start(self, folder: Path) -> None:
        """Start in the empty *folder*, with its posts."""

    @abstractmethod
    def source(self) -> Mapping[str, Any]:
        """``kind`` and ``options`` of the source that reads it, for harken.yaml."""

    @abstractmethod
    def truth(self) -> set[str]:
        """The uri of every post that visitors can read now."""

    @abstractmethod
    def edit(self) -> Mapping[str, str]:
        """Change posts; words that stand in each from now on, by uri."""

    @abstractmethod
    def delete(self) -> Sequence[str]:
        """Take posts away; their uris."""

    @abstractmethod
    def stop(self) -> None:
        """End everything that was started."""
