"""Parameters of an address as people and scripts send them: valid ones, and each mistake."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from console.search.params import FILTERS, RANGES, SearchParams
from core.mention import Emotion, Intent, Sentiment
from core.role import Role
from indexer.results import Sort
from templates.i18n import Message, msg

_LISTS: Final = frozenset({*FILTERS, "after"})  # of any other parameter the last value counts
_WINDOW: Final = ("range", "from", "to")
_CHOICES: Final[Mapping[str, Sequence[str]]] = {
    "range": (*RANGES, "all"),
    **{
        name: tuple(kind)
        for name, kind in {
            "sentiment": Sentiment,
            "emotion": Emotion,
            "intent": Intent,
            "role": Role,
            "sort": Sort,
        }.items()
    },
}
_SHOWN_LENGTH: Final = 40  # characters of a wrong value in a message


def parse_parameters(
    parameters: Iterable[tuple[str, str]],
) -> tuple[SearchParams, list[Message]]:
    """Return the valid ones of *parameters*, and a sentence about each other one."""
    raw = _by_name(parameters)
    try:
        return SearchParams.model_validate(raw), []
    except ValidationError as error:
        mistakes = {_name(problem): problem for problem in error.errors()}
    wrong_names = set(mistakes)
    if wrong_names & {*_WINDOW}:
        wrong_names |= {*_WINDOW}
    valid = {name: value for name, value in raw.items() if name not in wrong_names}
    return (
        SearchParams.model_validate(valid),
        [_explain(name, problem) for name, problem in mistakes.items()],
    )


def _by_name(parameters: Iterable[tuple[str, str]]) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for name, value in parameters:
        if name in _LISTS:
            raw.setdefault(name, []).append(value)
        else:
            raw[name] = value
    return raw


def _name(problem: Mapping[str, Any]) -> str:
    """Return the name of the wrong parameter; a problem of several is one of the range."""
    location = problem["loc"]
    return str(location[0]) if location else _WINDOW[0]


def _explain(name: str, problem: Mapping[str, Any]) -> Message:
    value = _shown(problem["input"])
    if name == "range" and not problem["loc"]:
        return msg("search.bad_window")
    if name in _CHOICES:
        choices = tuple(str(choice) for choice in _CHOICES[name])
        return msg("search.bad_choice", name=name, value=value, choices=choices)
    if name in ("from", "to"):
        return msg("search.bad_time", name=name, value=value)
    if name == "after":
        return msg("search.bad_page")
    if name in FILTERS:
        return msg("search.bad_filter", name=name)
    return msg("search.bad_name", name=_shown(name))


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN_LENGTH else text[:_SHOWN_LENGTH] + "…"
