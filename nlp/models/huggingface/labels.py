"""The sentiment that each label of a classifier means."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from core.errors import ConfigError
from core.mention import Sentiment
from core.plugins import did_you_mean

_NEGATIVE, _NEUTRAL, _POSITIVE = Sentiment
# Names of labels in lower case, without words of degree.
_NAMES: Final[Mapping[str, Sentiment]] = {
    **dict.fromkeys(("negative", "neg", "negativ", "negativo", "negativa"), _NEGATIVE),
    **dict.fromkeys(("negatif", "négatif", "1 star", "2 stars"), _NEGATIVE),
    **dict.fromkeys(("neutral", "neu", "neutro", "neutre", "neutrale", "3 stars"), _NEUTRAL),
    **dict.fromkeys(("positive", "pos", "positiv", "positivo", "positiva"), _POSITIVE),
    **dict.fromkeys(("positif", "4 stars", "5 stars"), _POSITIVE),
}
_DEGREE: Final = re.compile(r"^(very|extremely|strongly|highly|slightly|somewhat|weakly) ")
_NUMBERED: Final = re.compile(r"(label )?[0-9]+")
# The usual order of labels that are numbers only, by their count.
_USUAL_ORDER: Final[Mapping[int, tuple[Sentiment, ...]]] = {
    2: (_NEGATIVE, _POSITIVE),
    3: (_NEGATIVE, _NEUTRAL, _POSITIVE),
    5: (_NEGATIVE, _NEGATIVE, _NEUTRAL, _POSITIVE, _POSITIVE),
}


def label_classes(labels: Sequence[str], classes: Mapping[str, Sentiment]) -> tuple[Sentiment, ...]:
    """Return the sentiment of each of the *labels* of a classifier, in their order.

    *classes* are those of the settings, by label or by ``LABEL_N``; the names of other labels are
    looked up. Upper and lower case are equal, as are spaces, hyphens and underscores.

    Raises:
        ConfigError: a label has no sentiment, a key of *classes* is no label, or no label is
            negative or none is positive.
    """
    own_classes = _by_index(labels, classes)
    sentiments = [own_classes.get(k) or _by_name(label) for k, label in enumerate(labels)]
    result = tuple(sentiment for sentiment in sentiments if sentiment is not None)
    if len(result) < len(labels):
        raise ConfigError(_unknown_labels(labels, sentiments))
    for sentiment in (_NEGATIVE, _POSITIVE):
        if sentiment not in result:
            raise ConfigError(f"labels: none of {', '.join(labels)} is {sentiment}.")
    return result


def _by_index(labels: Sequence[str], classes: Mapping[str, Sentiment]) -> Mapping[int, Sentiment]:
    indices = {alias: k for k in range(len(labels)) for alias in (f"label {k}", str(k))}
    indices |= {_normalize(label): k for k, label in enumerate(labels)}
    for key in classes:
        if _normalize(key) not in indices:
            hint = did_you_mean(key, list(labels))
            raise ConfigError(
                f"labels: the model has no label {key!r}.{hint} It has: {', '.join(labels)}."
            )
    return {indices[_normalize(key)]: sentiment for key, sentiment in classes.items()}


def _by_name(label: str) -> Sentiment | None:
    return _NAMES.get(_DEGREE.sub("", _normalize(label)))


def _normalize(label: str) -> str:
    return re.sub(r"[\s_-]+", " ", label).strip().casefold()


def _unknown_labels(labels: Sequence[str], sentiments: Sequence[Sentiment | None]) -> str:
    """Return the error about labels without a sentiment, with a setting to start from."""
    unknown = [
        label for label, sentiment in zip(labels, sentiments, strict=True) if sentiment is None
    ]
    is_numbered = all(_NUMBERED.fullmatch(_normalize(label)) for label in labels)
    guess = _USUAL_ORDER.get(len(labels)) if is_numbered else None
    if guess:
        rows = ", ".join(f"{label}: {name}" for label, name in zip(labels, guess, strict=True))
        advice = f"If its card states this order, set labels: {{{rows}}}."
    else:
        rows = ", ".join(f"{label}: …" for label in unknown)
        advice = f"Set negative, neutral or positive for each: labels: {{{rows}}}."
    return f"labels: no sentiment is known for {', '.join(unknown)}. {advice}"
