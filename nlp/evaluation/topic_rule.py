"""Figures of the topics that the product shows: several, one or none for a text."""

from collections.abc import Collection, Sequence
from typing import Any


def topic_rule_figures(
    shown_topics: Sequence[Collection[str]], accepted_topics: Sequence[Collection[str]]
) -> dict[str, Any]:
    """Return how often a text gets no topic, a wrong one, or one that it should not have.

    Each text has the ids that the product shows and those that a reader accepts. A share of no
    text, or of no shown topic, is None.
    """
    pairs = list(zip(shown_topics, accepted_topics, strict=True))
    shown_if_any = [shown for shown, accepted in pairs if accepted]
    shown_if_none = [shown for shown, accepted in pairs if not accepted]
    is_wrong = [topic not in accepted for shown, accepted in pairs for topic in shown]
    return {
        "with_topic": len(shown_if_any),
        "missing": _share([not shown for shown in shown_if_any]),
        "shown": len(is_wrong),
        "wrong": _share(is_wrong),
        "without_topic": len(shown_if_none),
        "false_alarms": _share([bool(shown) for shown in shown_if_none]),
    }


def _share(outcomes: Sequence[bool]) -> float | None:
    return sum(outcomes) / len(outcomes) if outcomes else None
