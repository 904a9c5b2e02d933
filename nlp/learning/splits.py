"""The held-out split: by the hash of a text, so that it never changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HELD_OUT_SHARE: Final = 3  # one text of so many is held out


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Indices of the training texts and of the held-out texts, in order."""

    train: tuple[int, ...]
    held_out: tuple[int, ...]


def is_held_out(text_sha256: str) -> bool:
    """Return True for the texts that are never trained on: a third, by their hash."""
    return int(text_sha256[:8], 16) % HELD_OUT_SHARE == 0


def fold_of(text_sha256: str, folds: int) -> int:
    """Return the fold of cross-validation of a text, independent of :func:`is_held_out`."""
    return int(text_sha256[8:16], 16) % folds


def split(hashes: Sequence[str], families: Sequence[str | None]) -> Split:
    """Split texts by their *hashes*; near-duplicates of a held-out text are left out of training.

    *families* are the groups of near-duplicates; None: none.
    """
    held_out = [i for i, text_sha256 in enumerate(hashes) if is_held_out(text_sha256)]
    held_out_families = {families[i] for i in held_out} - {None}
    train = [
        i
        for i, text_sha256 in enumerate(hashes)
        if not is_held_out(text_sha256) and families[i] not in held_out_families
    ]
    return Split(train=tuple(train), held_out=tuple(held_out))
