"""The reference page of all settings: ``python -m config.reference_page``."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.settings import Settings

HEAD = """\
# Settings

Every key of `harken.yaml`. Each can also be set in the environment: `HARKEN_CONSOLE__PORT=8080`,
or `HARKEN_MAIL__PASSWORD_FILE=/run/secrets/mail` for a file that contains the value.

| key | meaning | default |
| --- | --- | --- |
"""


def reference() -> str:
    """The page docs/settings.md."""
    return HEAD + "".join(f"| `{key}` | {what} | {default} |\n" for key, what, default in _rows())


def _rows(model: type[BaseModel] = Settings, above: str = "") -> Iterator[tuple[str, str, str]]:
    for name, field in model.model_fields.items():
        part, listed = _part(field.annotation)
        key = f"{above}{name}{'[]' if listed else ''}"
        if part is None:
            yield key, field.description or "", _default(field)
        else:
            yield key, field.description or str(part.__doc__), "none" if listed else ""
            yield from _rows(part, f"{key}.")


def _part(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The model behind an annotation, and whether there is a list of them."""
    for inner in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            return inner, getattr(annotation, "__origin__", None) is tuple
    return None, False


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value in (None, "", (), {}):
        return "none"
    return f"`{_plain(value)}`"


def _plain(value: Any) -> str:
    if hasattr(value, "total_seconds"):
        return f"{value.total_seconds():.0f}s"
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    print(reference(), end="")
