"""The measured quality of a model, as emails, pages, cards and JSON state it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """The quality of a model at sentiment on one set of texts."""

    set_name: str  # of the data set, such as "semeval_sentiment_train"
    n: int  # texts
    language: str | None  # ISO 639-1; None: several
    accuracy: float  # share of the texts with the right sentiment, 0 to 1
    macro_recall: float  # mean recall of the classes, 0 to 1
    held_out: bool  # True: the set had no part in the training or in any choice
    date: date | None  # of the measurement; None: not recorded
