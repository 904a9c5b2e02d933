"""The files of a classifier: found, hashed and checked before a library opens them."""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from core.errors import ConfigError, TransientError
from nlp.encoder.pretrained import file_sha256

CONFIG_FILE: Final = "config.json"
# The files that transformers may open; nothing else is downloaded. None of them holds code.
LOADED_FILES: Final = ("*.json", "*.safetensors", "*.txt", "*.model")
_PICKLES: Final = ("*.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt", "*.h5", "*.msgpack")
_VOCABULARIES: Final = (
    *("tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", "spiece.model", "spm.model"),
    *("sentencepiece.bpe.model", "bpe.codes"),
)
_HUB_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_CLASSIFIER: Final = "ForSequenceClassification"


def locate(path: str, *, revision: str | None, allow_hub: bool) -> Path:
    """Return the folder at *path*, or that of the name *path* on the hub, at *revision*.

    The cache of huggingface_hub is read; with *allow_hub* what it lacks is downloaded.

    Raises:
        ConfigError: there is no such folder or name, or its revision is not pinned.
        TransientError: the hub does not answer.
    """
    folder = Path(path).expanduser()
    if folder.is_dir():
        if revision:
            raise ConfigError(f"revision: {path!r} is a folder; pin it by sha256 instead.")
        return folder
    if not _HUB_NAME.fullmatch(path):
        raise ConfigError(f"path: there is no folder {path!r}.")
    if revision is None:
        raise ConfigError(
            f"path: there is no folder {path!r}; a name on the hub needs revision, "
            "a commit of 40 hex digits."
        )
    return _snapshot(path, revision, is_local=not allow_hub)


def content_sha256(folder: Path) -> str:
    """Return one hash over all files in *folder* that may be loaded, 64 hex digits.

    It is the sha256 of the output of ``sha256sum`` for these files, in the order of their names.
    """
    paths = sorted({path for pattern in LOADED_FILES for path in folder.glob(pattern)})
    lines = [f"{file_sha256(path)}  {path.name}\n" for path in paths if path.is_file()]
    return sha256("".join(lines).encode()).hexdigest()


def verify_hash(folder: Path, expected: str | None) -> str:
    """Return the `content_sha256` of *folder*.

    Raises:
        ConfigError: it is not *expected*. None: any is right.
    """
    actual = content_sha256(folder)
    if expected is not None and actual != expected:
        raise ConfigError(
            f"sha256: the files in {folder} have {actual}, expected {expected}: "
            "they are not those that were pinned."
        )
    return actual


def reject_unloadable(folder: Path) -> None:
    """Raise a ConfigError if *folder* is not a sequence classifier in safetensors."""
    _reject_other_architectures(folder)
    _reject_other_weights(folder)
    if not any((folder / name).is_file() for name in _VOCABULARIES):
        raise ConfigError(f"path: {folder} has no tokenizer; tokenizer.json is needed.")


def _reject_other_architectures(folder: Path) -> None:
    config = _config(folder)
    architectures = config.get("architectures") or []
    if not any(str(name).endswith(_CLASSIFIER) for name in architectures):
        kind = ", ".join(map(str, architectures)) or f"a {config.get('model_type')} without a head"
        raise ConfigError(f"path: {folder} is no sequence classifier ({kind}).")


def _reject_other_weights(folder: Path) -> None:
    if not any(folder.glob("*.safetensors")):
        pickles = sorted(path.name for pattern in _PICKLES for path in folder.glob(pattern))
        reason = f"only {pickles[0]}, which may run code" if pickles else "no weights"
        raise ConfigError(f"path: {folder} has {reason}; model.safetensors is needed.")


def _config(folder: Path) -> Mapping[str, Any]:
    try:
        config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = type(error).__name__
        raise ConfigError(f"path: {folder} has no valid {CONFIG_FILE} ({reason}).") from error
    if not isinstance(config, dict):
        raise ConfigError(f"path: {folder} has no valid {CONFIG_FILE} (not a mapping).")
    return config


def _snapshot(name: str, revision: str, *, is_local: bool) -> Path:
    """Return the folder of a name on the hub in the cache of huggingface_hub."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    try:
        folder = snapshot_download(
            name,
            revision=revision,
            local_files_only=is_local,
            allow_patterns=list(LOADED_FILES),
            ignore_patterns=["*/*"],
        )
    except (RepositoryNotFoundError, RevisionNotFoundError) as error:
        raise ConfigError(f"path: the hub has no {name} of revision {revision}.") from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled) as error:
        advice = "set allow_hub: true to download it" if is_local else "the hub was not reached"
        raise ConfigError(
            f"path: {name} of revision {revision} is not cached; {advice}."
        ) from error
    except (HfHubHTTPError, OSError) as error:
        raise TransientError(f"the hub failed for {name} ({type(error).__name__})") from error
    return Path(folder)
