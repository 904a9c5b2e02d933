"""The sentence on the measured quality of a model, the same in emails, pages, cards and JSON."""

from typing import Final

from core.analysis import PublishedFigure
from templates.i18n import Message, msg

_TENTHS: Final = 10
_TWEET_SETS: Final = ("tweeteval", "semeval", "umsab")  # beginnings of the names of sets of tweets


def quality_message(model: str, figure: PublishedFigure | None) -> Message:
    """Return the sentence on *model* with its *figure*; None: not measured."""
    if figure is None:
        return msg("heard.model", model=model)
    texts = "tweets" if figure.set_name.startswith(_TWEET_SETS) else "posts"
    return msg(
        "quality.held_out" if figure.held_out else "quality.validation",
        model=model,
        tenths=round(figure.accuracy * _TENTHS),
        posts=_posts(figure.language),
        count=figure.n,
        texts=msg(f"quality.{texts}"),
        date=msg("quality.undated")
        if figure.date is None
        else msg("quality.dated", at=figure.date),
    )


def _posts(language: str | None) -> Message:
    """Return the kind of posts that the figure is about."""
    return msg("quality.posts") if language is None else msg("quality.posts_in", language=language)
