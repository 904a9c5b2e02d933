"""What a file of labelled texts says, row by row: the question apart from its answer."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from babel import Locale

from core.plugins import did_you_mean
from nlp.evaluation.task import UNKNOWN, Row, RowError, Task
from nlp.text.language import detect, likeliest

_NAMES: Final[dict[str, str]] = {
    str(name).lower(): code
    for code, name in Locale("en").languages.items()
    if len(code) == len("en")
}
CODES: Final = tuple(sorted(_NAMES.values()))  # every code of ISO 639-1


def code_of(language: str) -> str:
    """The code of a language that is named in English; whatever else is said, in lower case."""
    said = language.lower()
    return _NAMES.get(said, said)


def question(row: Mapping[str, Any], known: Collection[str] = ()) -> Row:
    """The row without its label; its language as it is given, else as its text shows it.

    Where it shows none it is that one of *known* as which the product would read it.
    """
    text, given, target = str(row["text"]), row.get("language"), row.get("target")
    shown = code_of(str(given)) if given else detect(text) or likeliest(text, known)
    return Row(
        text=text,
        language=shown or UNKNOWN,
        target=None if target is None else str(target),
    )


def answer(row: Mapping[str, Any], number: int, task: Task) -> list[str]:
    """The classes that a row (counted from 0) is labelled with: one, or any where ``several``.

    Raises:
        RowError: there is no label, one too many, or one that is no class of *task*.
    """
    key = "labels" if "labels" in row else "label"
    given = row.get(key)
    listed = given if isinstance(given, list) else [given]
    if key not in row or not (task.several or len(listed) == 1):
        known = ", ".join(task.classes)
        raise RowError(number, key, f'should have one "label" of: {known}.')
    return [_class(str(label), number, key, task) for label in listed]


def _class(label: str, number: int, key: str, task: Task) -> str:
    found = task.class_of(label)
    if found is None:
        known = list(task.classes)
        hint = did_you_mean(label, known)
        raise RowError(number, key, f"{key}: unknown {label!r}.{hint} Known: {', '.join(known)}.")
    return found
