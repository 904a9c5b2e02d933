"""Rows of a file of labelled texts: the input of a task, and apart from it the label."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from babel import Locale

from core.errors import ConfigError
from core.plugins import unknown_name
from nlp.evaluation.task import UNKNOWN, InputRow, RowError, Task
from nlp.text.language import detect, likeliest_supported

_CODES_BY_NAME: Final[dict[str, str]] = {
    str(name).lower(): code
    for code, name in Locale("en").languages.items()
    if len(code) == len("en")
}
LANGUAGE_CODES: Final = tuple(sorted(_CODES_BY_NAME.values()))  # every code of ISO 639-1


def language_code(language: str) -> str:
    """Return the code of a language with this English name; any other value in lower case."""
    lowered_name = language.lower()
    return _CODES_BY_NAME.get(lowered_name, lowered_name)


def input_row(row: Mapping[str, Any], supported_languages: Collection[str] = ()) -> InputRow:
    """Return the row without its label.

    Its language is the one in the row, else the detected one. If none is detected, it is the one of
    *supported_languages* in which the product would score the text.
    """
    text, row_language, target = str(row["text"]), row.get("language"), row.get("target")
    language = (
        language_code(str(row_language))
        if row_language
        else detect(text) or likeliest_supported(text, supported_languages)
    )
    return InputRow(
        text=text,
        language=language or UNKNOWN,
        target=None if target is None else str(target),
    )


def label_classes(row: Mapping[str, Any], index: int, task: Task) -> list[str]:
    """Return the classes of the label of *row*: exactly one, except where the task accepts lists.

    Any number if ``multi_label`` or ``accepts_several``, then in the order of the file. *index*
    counts the rows from 0.

    Raises:
        RowError: there is no label, one too many, or one that is not a class of *task*.
    """
    key = "labels" if "labels" in row else "label"
    labels = row.get(key)
    label_list = labels if isinstance(labels, list) else [labels]
    accepts_list = task.multi_label or task.accepts_several
    if key not in row or not (accepts_list or len(label_list) == 1):
        choices = ", ".join(task.classes)
        raise RowError(index, key, f'should have one "label" of: {choices}.')
    return [_class_of_label(str(label), index, key, task) for label in label_list]


def row_values(
    rows: Sequence[Mapping[str, Any]], field: str, languages: Sequence[str]
) -> list[str]:
    """Return the value of *field* in each row, ``UNKNOWN`` where a row lacks it.

    The values of ``language`` are *languages*, in the order of the rows.

    Raises:
        ConfigError: no row has *field*.
    """
    names = sorted({name for row in rows for name in row} | {"language"})
    if field not in names:
        raise ConfigError(f"--by: {unknown_name(field, names)}")
    return [*languages] if field == "language" else [_value_text(row.get(field)) for row in rows]


def _value_text(value: object) -> str:
    """Return *value* as the text of one group; a list is joined."""
    if value in (None, ""):
        return UNKNOWN
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _class_of_label(label: str, index: int, key: str, task: Task) -> str:
    class_name = task.class_of(label)
    if class_name is None:
        raise RowError(index, key, f"{key}: {unknown_name(label, list(task.classes))}")
    return class_name
