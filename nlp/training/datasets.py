"""Labelled texts for one head: gzipped JSON lines of ``text`` and ``label`` or ``labels``."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from config.jsonlines import numbered_lines, parse_json
from core.errors import ConfigError
from nlp.text.normalize import clean

TEXTS_FOLDER: Final = Path(__file__).parent / "texts"  # written for Harken
# One text in so many of every shared file is set aside before the first training: it is never
# trained, tuned or chosen on. Model cards, emails and pages state the figures on it.
_HELD_OUT_ONE_IN: Final = 10
# One training text in so many calibrates a temperature and is never trained on.
_CALIBRATION_ONE_IN: Final = 24

Row = Mapping[str, Any]
Targets = np.ndarray[Any, np.dtype[np.float32]]
Pair = tuple[str, Sequence[int]]  # a cleaned text and the indices of the classes that hold


@dataclass(frozen=True, slots=True, eq=False)
class LabelledTexts:
    """Cleaned texts and their targets for one head."""

    head: str
    texts: tuple[str, ...]
    targets: Targets  # (texts, classes): 1 where the class holds, else 0

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def priors(self) -> tuple[float, ...]:
        """The share of each class; the sum is 1 where each text has one class."""
        return tuple(self.targets.mean(axis=0, dtype=float).round(4).tolist())

    def where(self, *, calibration: bool) -> "LabelledTexts":
        """Return the part for calibration, or the rest; a hash of the text decides."""
        return self._select([_is_for_calibration(text) == calibration for text in self.texts])

    def without(self, excluded_texts: Collection[str]) -> "LabelledTexts":
        """Return the texts that are not in *excluded_texts*."""
        return self._select([text not in excluded_texts for text in self.texts])

    def _select(self, mask: Sequence[bool]) -> "LabelledTexts":
        texts = tuple(text for text, ok in zip(self.texts, mask, strict=True) if ok)
        return LabelledTexts(self.head, texts, self.targets[np.array(mask, bool)])


def labelled_texts(head: str, classes: Sequence[str], pairs: Iterable[Pair]) -> LabelledTexts:
    """Build the texts of *pairs* for *head*, which has *classes*."""
    pair_list = list(pairs)
    targets = np.zeros((len(pair_list), len(classes)), np.float32)
    for index, (_, class_indices) in enumerate(pair_list):
        targets[index, list(class_indices)] = 1
    return LabelledTexts(head, tuple(text for text, _ in pair_list), targets)


def single_label_texts(
    folder: Path, name: str, head: str, classes: Sequence[str], language: str | None = None
) -> LabelledTexts:
    """Load the rows of the file *name*; their ``label`` is one of *classes*.

    With *language* only the rows of that ``language``, as the file names it.

    Raises:
        ConfigError: the file is missing.
    """
    file_rows = shared_rows(folder, name)
    return labelled_texts(
        head,
        classes,
        (
            (clean(row["text"]), [classes.index(row["label"])])
            for row in file_rows
            if language in (None, row.get("language"))
        ),
    )


def joined(*parts: LabelledTexts) -> LabelledTexts:
    """Return the texts of all *parts*, which are of one head, one part behind the other."""
    texts = tuple(text for part in parts for text in part.texts)
    return LabelledTexts(parts[0].head, texts, np.concatenate([part.targets for part in parts]))


def unlabelled_texts(
    folder: Path, names: Iterable[str], head: str, classes: Sequence[str], every: int
) -> LabelledTexts:
    """Load one text in *every* of the files *names*, without duplicates; all targets are 0."""
    texts = (clean(row["text"]) for name in names for row in shared_rows(folder, name))
    return labelled_texts(
        head, classes, ((text, []) for text in list(dict.fromkeys(texts))[::every])
    )


def grouped_label_texts(
    folder: Path, name: str, head: str, groups: Mapping[str, str]
) -> LabelledTexts:
    """Load the rows whose ``labels`` are all in one of *groups* (class: its labels, by spaces)."""
    group_of = {label: group for group, labels in groups.items() for label in labels.split()}
    classes = list(groups)

    def _pairs() -> Iterator[Pair]:
        for row in shared_rows(folder, name):
            row_groups = {group_of.get(label) for label in row["labels"]}
            if len(row_groups) == 1 and (group := row_groups.pop()) is not None:
                yield clean(row["text"]), [classes.index(group)]

    return labelled_texts(head, classes, _pairs())


def shared_rows(folder: Path, name: str) -> Iterator[Row]:
    """Yield the rows of the gzipped file *name* in *folder*, without the held-out tenth.

    Raises:
        ConfigError: the file is missing.
    """
    return (row for row in _all_shared_rows(folder, name) if not is_held_out(row["text"]))


def held_out_rows(folder: Path, name: str) -> Iterator[Row]:
    """Yield the tenth of the gzipped file *name* in *folder* that no training and no choice uses.

    Raises:
        ConfigError: the file is missing.
    """
    return (row for row in _all_shared_rows(folder, name) if is_held_out(row["text"]))


def is_held_out(text: str) -> bool:
    """Return True for the tenth of all texts that is held out; the sha256 of the text decides."""
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[1:3], "big") % _HELD_OUT_ONE_IN == 0


def _all_shared_rows(folder: Path, name: str) -> Iterator[Row]:
    path = folder / f"{name}.jsonl.gz"
    if not path.is_file():
        message = f"no labelled texts at {path}; set --data to the folder of {path.name}"
        raise ConfigError(message)
    return rows(path)


def our_rows(name: str) -> Iterator[Row]:
    """Yield the rows of the file *name*, which was written for Harken."""
    return rows(TEXTS_FOLDER / f"{name}.jsonl")


def rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a file of JSON lines, plain or .gz.

    Raises:
        ConfigError: the file cannot be read, or a line is not JSON.
    """
    return (parse_json(line, path, first_line=number) for number, line in numbered_lines(path))


def _is_for_calibration(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % _CALIBRATION_ONE_IN == 0
