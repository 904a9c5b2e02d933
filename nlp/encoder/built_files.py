"""The files that are built on this machine for an engine, and the list of their hashes.

The list lies beside their folder, not in it, in the form of ``sha256sum``: who exchanges the folder
does not exchange the list.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.errors import ConfigError
from nlp.encoder.pretrained import FileCheck, file_sha256

BUILD_REMEDY: Final = "run: harken model build"
_SEPARATOR: Final = "  "  # between hash and name, as sha256sum writes it


def list_path(folder: Path) -> Path:
    """Return the path of the list of hashes of *folder*."""
    return folder.with_name(f"{folder.name}.sha256")


def write_list(folder: Path) -> None:
    """Write the hashes of the files in *folder* to its list, atomically."""
    lines = [f"{file_sha256(path)}{_SEPARATOR}{path.name}\n" for path in sorted(folder.iterdir())]
    partial = list_path(folder).with_suffix(".partial")
    partial.write_text("".join(lines), "utf-8")
    partial.replace(list_path(folder))


def check_built_files(folder: Path) -> Iterator[FileCheck]:
    """Yield the checks of all files in *folder* and in its list.

    Raises:
        ConfigError: there is no such folder, or no valid list.
    """
    if not folder.is_dir():
        raise ConfigError(f"no model is built for this engine; {BUILD_REMEDY}")
    expected = _read_list(folder)
    actual = {path.name: file_sha256(path) for path in folder.iterdir() if path.is_file()}
    for name in sorted(expected | actual):
        yield FileCheck(
            name=f"{folder.name}/{name}",
            expected=expected.get(name),
            sha256=actual.get(name),
            remedy=BUILD_REMEDY,
        )


def _read_list(folder: Path) -> dict[str, str]:
    path = list_path(folder)
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    columns = (line.partition(_SEPARATOR) for line in lines if _SEPARATOR in line)
    hashes = {name: sha256 for sha256, _, name in columns}
    if not hashes:
        raise ConfigError(f"the list of hashes {path.name} is missing or empty; {BUILD_REMEDY}")
    return hashes
