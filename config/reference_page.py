"""The reference page of all settings: ``python -m config.reference_page``."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.settings import Settings

HEADER = """\
# Settings

Every key of `harken.yaml`. Each can also be set in the environment: `HARKEN_CONSOLE__PORT=8080`,
or `HARKEN_MAIL__PASSWORD_FILE=/run/secrets/mail` for a file that contains the value.

A running Harken applies an edit of the file within seconds. `state`, `record`, `index`,
`index_prefix`, `console.host` and `console.port` apply after a restart. After an edit with a
mistake the former settings stay in force; the console and `harken status` show its place.

| key | meaning | default |
| --- | --- | --- |
"""


def reference() -> str:
    """Return the text of docs/settings.md."""
    return HEADER + "".join(
        f"| `{key}` | {description} | {default} |\n" for key, description, default in _rows()
    )


def _rows(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        inner_model, is_list = _inner_model(field.annotation)
        key = f"{prefix}{name}{'[]' if is_list else ''}"
        if inner_model is None:
            yield key, field.description or "", _format_default(field)
        else:
            yield key, field.description or str(inner_model.__doc__), "none" if is_list else ""
            yield from _rows(inner_model, f"{key}.")


def _inner_model(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """Return the model behind an annotation, and True for a list of it."""
    for candidate in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate, getattr(annotation, "__origin__", None) is tuple
    return None, False


def _format_default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value in (None, "", (), {}):
        return "none"
    return f"`{_format_value(value)}`"


def _format_value(value: Any) -> str:
    if hasattr(value, "total_seconds"):
        return f"{value.total_seconds():.0f}s"
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    print(reference(), end="")
