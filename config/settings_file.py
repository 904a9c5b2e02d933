"""The file of the settings with all that it depends on, to be loaded again after an edit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from config.environment import value_files
from config.examples import example_files
from config.load import Check, load, read_text
from config.settings import Settings
from config.yaml_positions import parse_yaml
from core.errors import ConfigError

ABSENT: Final = ""  # the fingerprint of a file that is missing, empty or cannot be read
MAX_HASHED_SIZE: Final = 1_000_000  # bytes; of a larger file only time and size are compared

Fingerprint = Mapping[Path, str]


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """harken.yaml, the environment that overrides it, and the option for the state folder."""

    path: Path
    environ: Mapping[str, str]
    state: Path | None = None  # replaces the state folder of the file
    check: Check | None = None  # of names and options of plug-ins, see config.load.load

    def load(self) -> Settings:
        """Load the settings.

        Raises:
            ConfigError: the file is missing or wrong; see ``config.load.load``.
        """
        return load(self.path, self.environ, state=self.state, check=self.check)

    def paths(self) -> tuple[Path, ...]:
        """Return the file itself, then each file that it or the environment names.

        While the file is missing or no YAML, the files that it would name are left out.
        """
        return (self.path, *self._dependencies())

    def _dependencies(self) -> Iterator[Path]:
        yield from value_files(self.environ)
        try:
            tree = parse_yaml(read_text(self.path), self.path)
        except ConfigError:
            return
        yield from example_files(tree, self.path.parent)


def fingerprint(paths: Iterable[Path]) -> Fingerprint:
    """Return a text for each of *paths* that differs after an edit; cheap enough for each second.

    Time, size and inode alone would miss an edit where a file system keeps coarse times.
    """
    return {path: _fingerprint(path) for path in paths}


def _fingerprint(path: Path) -> str:
    try:
        facts = path.stat()
        is_small = facts.st_size <= MAX_HASHED_SIZE
        digest = sha256(path.read_bytes()).hexdigest() if is_small else ""
    except OSError:
        return ABSENT
    return f"{facts.st_ino} {facts.st_mtime_ns} {digest}" if facts.st_size else ABSENT
