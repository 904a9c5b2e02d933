"""Context of the page with the words that moved a score."""

from dataclasses import dataclass

from templates.contexts.layout import MentionCard, PageContext
from templates.i18n import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class MovingWord:
    """A word or phrase that moved a score."""

    text: str
    effect: str  # negative | positive | together: none without the other words
    change: float  # of the score by the word, in [-2, 2]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyPage(PageContext):
    """A mention with marks around the words that moved its score."""

    result: MentionCard  # its hits are these words
    watch: str  # target of the sentiment; empty: the whole text
    state: str  # ready | waiting | failed | busy | unscored
    notes: tuple[Message, ...]
    words: tuple[MovingWord, ...] = ()  # strongest first
    again_url: str = ""
    mention_url: str = ""
    model: str = ""  # of the explanation; empty: there is none yet
