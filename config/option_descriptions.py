"""Descriptions of the options of a plug-in, for the command line and for docs/settings.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

_TYPES: Final = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "mapping",
}
_FORMATS: Final = {"password": "secret text", "path": "path of a file"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionDescription:
    """One option of a plug-in as its user sees it."""

    name: str
    type: str  # in words, with the limits of a number: "integer, 1 to 65535"
    required: bool
    default: Any  # JSON; None: required, or not set
    description: str
    example: Any  # JSON; None: there is no example and no default


def option_descriptions(options_class: type[BaseModel]) -> list[OptionDescription]:
    """Return the options that *options_class* defines, in its order."""
    schema = options_class.model_json_schema()
    properties: Mapping[str, Any] = schema.get("properties", {})
    return [
        OptionDescription(
            name=name,
            type=_type_in_words(row, schema.get("$defs", {})),
            required=name in schema.get("required", ()),
            default=row.get("default"),
            description=row.get("description", ""),
            example=next(iter(row.get("examples", ())), row.get("default")),
        )
        for name, row in properties.items()
    ]


def _type_in_words(row: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """Return the type in a JSON schema as words; *definitions* are the types it refers to."""
    if "$ref" in row:
        return _type_in_words(definitions[row["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in row:
        parts = [part for part in row["anyOf"] if part.get("type") != "null"]
        return " or ".join(_type_in_words(part, definitions) for part in parts)
    if "enum" in row:
        *values, last = map(str, row["enum"])
        return f"{', '.join(values)} or {last}" if values else last
    name = _FORMATS.get(row.get("format", "")) or _TYPES.get(row.get("type", ""), "any value")
    return f"{name}{_limits(row)}"


def _limits(row: Mapping[str, Any]) -> str:
    low, above, high = (row.get(k) for k in ("minimum", "exclusiveMinimum", "maximum"))
    if low is not None:
        return f", {low:g} to {high:g}" if high is not None else f", at least {low:g}"
    if above is not None:
        return f", above {above:g}" + (f" to {high:g}" if high is not None else "")
    return f", at most {high:g}" if high is not None else ""
