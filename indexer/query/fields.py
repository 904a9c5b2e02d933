"""The fields that a query may name, and the values they take."""

from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from core.entity import tag
from core.errors import QueryError
from core.mention import Analysis, Emotion, Intent, Sentiment, State
from indexer.query.countries import is_country, meant
from indexer.query.nodes import Field, quoted


class Answer(StrEnum):
    """To a field that asks a question."""

    YES = "yes"
    NO = "no"


# Name -> its only values; None: any value.
FIELDS: Final[Mapping[str, type[StrEnum] | None]] = {
    "source": None,
    "watch": None,
    "topic": None,
    "language": None,
    "domain": None,
    "tag": None,
    "link": None,
    "place": None,
    "product": None,
    "voice": None,
    "family": None,
    "sentiment": Sentiment,
    "emotion": Emotion,
    "intent": Intent,
    "offensive": Answer,
    "state": State,
    "analysis": Analysis,
}
# Slugs and names of sources keep their case; these have only one spelling.
_LOWER_CASE: Final = frozenset(FIELDS) - {"source", "watch", "topic"}

_EXAMPLES: Final = {"place": "de"}  # where not any value will do


def field(name: str, value: str, *, column: int) -> Field:
    """The node ``name:value`` that stands at *column*.

    Raises:
        QueryError: there is no such field, no value, or the field does not take it.
    """
    known = name.lower()
    if known not in FIELDS:
        raise _unknown(name, value, column)
    if not value:
        hint = f"{known}:{_an_example(known)}"
        raise QueryError(f"{known}: needs a value right after the colon.", column=column, hint=hint)
    if known in _LOWER_CASE:
        value = (tag(value) if known == "tag" else value).lower()
    if known == "place":
        _check_place(value, column)
    _check_choice(known, value, column)
    return Field(known, value)


def _check_choice(known: str, value: str, column: int) -> None:
    choices = FIELDS[known]
    if choices is not None and value not in [*choices]:
        hint = str(Field(known, (get_close_matches(value, choices, n=1) or [*choices])[0]))
        message = f"Unknown {known} “{value}”. Use {_or(choices)}."
        raise QueryError(message, column=column, hint=hint)


def _check_place(value: str, column: int) -> None:
    country, slash, city = value.partition("/")
    if is_country(country):
        return
    near = meant(country)
    hint = str(Field("place", near + slash + city)) if near else ""
    message = (
        f"Unknown country “{country}”. Use its ISO code, or its ISO code and a city, "
        "such as de or de/munich."
    )
    raise QueryError(message, column=column, hint=hint)


def _unknown(name: str, value: str, column: int) -> QueryError:
    near = get_close_matches(name.lower(), FIELDS, n=1)
    hint = _mended(near[0], value) if near else quoted(f"{name}:{value}")
    message = f"Unknown field “{name}”. Fields: {', '.join(FIELDS)}."
    return QueryError(message, column=column, hint=hint)


def _mended(name: str, value: str) -> str:
    try:
        return str(field(name, value, column=0))
    except QueryError as error:
        return error.hint


def _an_example(name: str) -> str:
    choices = FIELDS[name]
    return next(iter(choices)) if choices else _EXAMPLES.get(name, "…")


def _or(choices: type[StrEnum]) -> str:
    *others, last = choices
    return f"{', '.join(others)} or {last}"
