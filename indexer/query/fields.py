"""The fields of the query language, and their values."""

from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from core.entity import normalize_hashtag
from core.errors import QueryError
from core.mention import AnalysisState, Emotion, Intent, MentionState, Sentiment
from core.role import Role
from indexer.query.countries import country_for, is_country
from indexer.query.nodes import Field, quote


class YesNo(StrEnum):
    """The values of a field with two values."""

    YES = "yes"
    NO = "no"


# Name -> allowed values; None: any value.
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
    "offensive": YesNo,
    "role": Role,
    "state": MentionState,
    "analysis": AnalysisState,
    "undated": YesNo,
}
# Slugs of sources, watches and topics are case-sensitive; these values are not.
_LOWER_CASE_FIELDS: Final = frozenset(FIELDS) - {"source", "watch", "topic"}

_MIN_NAME: Final = 3  # letters of a wrong name that may be a slip
_EXAMPLES: Final = {"place": "de"}  # of fields without a list of values that still reject some


def build_field(name: str, value: str, *, column: int) -> Field:
    """Return the node ``name:value`` at *column*.

    Raises:
        QueryError: there is no such field, the value is missing, or the field does not accept it.
    """
    field_name = name.lower()
    if field_name not in FIELDS:
        raise _unknown_field(name, value, column)
    if not value:
        hint = f"{field_name}:{_example_value(field_name)}"
        raise QueryError(
            f"{field_name}: needs a value right after the colon.", column=column, hint=hint
        )
    if field_name in _LOWER_CASE_FIELDS:
        value = (normalize_hashtag(value) if field_name == "tag" else value).lower()
    if field_name == "place":
        _check_place(value, column)
    _check_choice(field_name, value, column)
    return Field(field_name, value)


def _check_choice(field_name: str, value: str, column: int) -> None:
    choices = FIELDS[field_name]
    if choices is not None and value not in [*choices]:
        hint = str(Field(field_name, (get_close_matches(value, choices, n=1) or [*choices])[0]))
        message = f"Unknown {field_name} “{value}”. Use {_join_or(choices)}."
        raise QueryError(message, column=column, hint=hint)


def _check_place(value: str, column: int) -> None:
    country, slash, city = value.partition("/")
    if is_country(country):
        return
    country_code = country_for(country)
    hint = str(Field("place", country_code + slash + city)) if country_code else ""
    message = (
        f"Unknown country “{country}”. Use its ISO code, or its ISO code and a city, "
        "such as de or de/munich."
    )
    raise QueryError(message, column=column, hint=hint)


def _unknown_field(name: str, value: str, column: int) -> QueryError:
    # Of two letters every short name is close: `re:invent` is a brand.
    matches = get_close_matches(name.lower(), FIELDS, n=1) if len(name) >= _MIN_NAME else []
    hint = _suggestion(matches[0], value) if matches else quote(f"{name}:{value}")
    message = f"Unknown field “{name}”. Fields: {', '.join(FIELDS)}."
    return QueryError(message, column=column, hint=hint)


def _suggestion(name: str, value: str) -> str:
    try:
        return str(build_field(name, value, column=0))
    except QueryError as error:
        return error.hint


def _example_value(name: str) -> str:
    choices = FIELDS[name]
    return next(iter(choices)) if choices else _EXAMPLES.get(name, "…")


def _join_or(choices: type[StrEnum]) -> str:
    *others, last = choices
    return f"{', '.join(others)} or {last}"
