"""The page of all settings, with the options of plug-ins: ``python -m bench.settings_page``."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from alerts.channel import Channel
from config.option_descriptions import OptionDescription, option_descriptions
from config.settings import Settings
from core import plugins
from crawlers.source import Source
from indexer.index import MentionIndex
from nlp.model import Model

HEADER = """\
# Settings

Every key of `harken.yaml`. Each can also be set in the environment: `HARKEN_CONSOLE__PORT=8080`,
or `HARKEN_MAIL__PASSWORD_FILE=/run/secrets/mail` for a file that contains the value.

A running Harken applies an edit of the file within seconds. `state`, `record`, `index`,
`index_prefix`, `index_options`, `console.host` and `console.port` apply after a restart. After an
edit with a mistake the former settings stay in force; the console and `harken status` show its
place.

| key | meaning | default |
| --- | --- | --- |
"""
OPTIONS_HEADER: Final = "| option | type | meaning | default |\n| --- | --- | --- | --- |\n"


@dataclass(frozen=True, slots=True)
class PluginKind:
    """A kind of plug-in with options."""

    title: str
    introduction: str
    package: str
    base: type


KINDS: Final = (
    PluginKind(
        "Kinds of sources",
        "`sources[].kind` is a name below, `sources[].options` are its options.",
        "crawlers.sources",
        Source,
    ),
    PluginKind(
        "Channels",
        "`subscriptions[].channel` is a name below. `channels: {NAME: {…}}` has its options and "
        "makes it\navailable. Messages for a channel that is not configured wait in the console.",
        "alerts.channels",
        Channel,
    ),
    PluginKind(
        "Index engines",
        "`index` is a name below, `index_options` are its options.",
        "indexer.engines",
        MentionIndex,
    ),
    PluginKind(
        "Models",
        "`model.name` is a name below, its options are further keys of `model`.",
        "nlp.models",
        Model,
    ),
)


def settings_page() -> str:
    """Return the text of docs/settings.md."""
    rows = "".join(
        f"| `{key}` | {description} | {default} |\n" for key, description, default in _rows()
    )
    return HEADER + rows + "".join(map(_plugin_section, KINDS))


def _plugin_section(kind: PluginKind) -> str:
    plugin_parts = (_plugin_part(kind, name) for name in plugins.available(kind.package))
    return f"\n## {kind.title}\n\n{kind.introduction}\n" + "".join(plugin_parts)


def _plugin_part(kind: PluginKind, name: str) -> str:
    plugin: Any = plugins.load(kind.package, name, kind.base)
    if not getattr(plugin, "is_shared", True):
        return ""  # an engine for tests, which cannot be configured
    head = f"\n### `{name}`\n\n{plugins.summary(kind.package, name)}"
    options = option_descriptions(plugin.Options)
    if not options:
        return f"{head} It has no options.\n"
    notes = _markdown(inspect.getdoc(plugin.Options) or "")
    return f"{head} {notes}\n\n{OPTIONS_HEADER}" + "".join(map(_option_row, options))


def _option_row(option: OptionDescription) -> str:
    default = "required" if option.required else "none"
    if option.default not in (None, ""):
        default = f"`{_format_value(option.default)}`"
    return f"| `{option.name}` | {option.type} | {option.description} | {default} |\n"


def _markdown(docstring: str) -> str:
    return docstring.replace("``", "`")


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
    print(settings_page(), end="")
