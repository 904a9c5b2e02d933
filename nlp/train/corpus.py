"""The labelled texts of training: gzipped JSON lines of ``text`` and ``label`` or ``labels``."""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.errors import ConfigError
from core.mention import Sentiment
from nlp.clean import clean

CLASSES: Final = tuple(str(name) for name in Sentiment)
# The 27 emotions as their authors group them (GoEmotions, arXiv:2005.00547, figure 2). The
# ambiguous (confusion, curiosity, realization, surprise) are in no group and left out.
_GROUPS: Final = {
    Sentiment.NEGATIVE: "anger annoyance disappointment disapproval disgust embarrassment fear "
    "grief nervousness remorse sadness",
    Sentiment.NEUTRAL: "neutral",
    Sentiment.POSITIVE: "admiration amusement approval caring desire excitement gratitude joy love "
    "optimism pride relief",
}
_GROUP_OF: Final = {emotion: group for group, names in _GROUPS.items() for emotion in names.split()}
_HELD_OUT_OF: Final = (
    24  # one text in 24 of train calibrates the temperature and is never trained on
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """Cleaned texts and their classes (index into ``CLASSES``)."""

    texts: tuple[str, ...]
    classes: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def where(self, *, held_out: bool) -> "Labelled":
        """The part that is kept for calibration, or the rest; chosen by the text alone."""
        pairs = zip(self.texts, self.classes, strict=True)
        return _labelled(pair for pair in pairs if _is_held_out(pair[0]) == held_out)

    def __add__(self, other: "Labelled") -> "Labelled":
        return Labelled(self.texts + other.texts, self.classes + other.classes)


def sentiment(folder: Path, name: str) -> Labelled:
    """The rows of *name*; their ``label`` is a class of ours."""
    rows = _rows(folder, name)
    return _labelled((clean(row["text"]), CLASSES.index(row["label"])) for row in rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The three uses of labelled texts; none stands in two of them."""

    learned: Labelled
    calibration: Labelled  # fits the temperature
    validation: Labelled  # chooses the recipe; its figures are the ones we report


def parts(folder: Path, *, with_emotions: bool) -> Parts:
    """The shared data in *folder* by use.

    Raises:
        ConfigError: a file is missing.
    """
    tweets = sentiment(folder, "semeval_sentiment_train")
    learned = tweets.where(held_out=False)
    if with_emotions:
        learned += emotions(folder, "goemotions_train")
    return Parts(
        learned=learned,
        calibration=tweets.where(held_out=True),
        validation=sentiment(folder, "tweeteval_sentiment_validation"),
    )


def emotions(folder: Path, name: str) -> Labelled:
    """The rows of *name* whose emotions (``labels``) all belong to one of our classes."""
    return _labelled(_grouped(_rows(folder, name)))


def _grouped(rows: Iterator[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    for row in rows:
        groups = {_GROUP_OF.get(emotion) for emotion in row["labels"]}
        loud = groups - {Sentiment.NEUTRAL} or groups  # "anger, neutral" is angry
        if len(loud) == 1 and (group := loud.pop()) is not None:
            yield clean(row["text"]), CLASSES.index(group)


def _rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    path = folder / f"{name}.jsonl.gz"
    if not path.is_file():
        message = f"no labelled texts at {path}; --data wants the folder that holds {path.name}"
        raise ConfigError(message)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _labelled(pairs: Iterator[tuple[str, int]]) -> Labelled:
    rows = list(pairs)
    return Labelled(tuple(text for text, _ in rows), tuple(label for _, label in rows))


def _is_held_out(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % _HELD_OUT_OF == 0
