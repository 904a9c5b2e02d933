"""Labels: the classes that people assign to a mention, by head."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from core.role import Role

ROLE_CLASSES: Final = tuple(map(str, Role))  # of the head ``role``
NO_TOPIC: Final = "none"  # how people write the label of a text without any topic


class LabelHead(StrEnum):
    """The heads that people can label; ``towards`` is the sentiment towards one watch."""

    SENTIMENT = "sentiment"
    TOWARDS = "towards"
    TOPIC = "topic"
    ROLE = "role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The label of one head of one revision of a mention, set by one person."""

    mention: str  # its id
    text_sha256: str  # of the labelled revision
    head: LabelHead
    watch: str = ""  # slug for ``towards``, else empty
    classes: tuple[str, ...]  # one; any number of topics, () for a text without any
    person: str
    at: datetime
    is_stale: bool = False  # True: the text was edited since
    is_withdrawn: bool = False  # True: it ends the label before it
    is_sampled: bool = False  # True: the mention was drawn at random
