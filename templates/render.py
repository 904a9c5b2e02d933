"""Rendering by Jinja2: a template by name with an instance of its context class."""

from dataclasses import fields
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from templates.charts.text_bars import sparkline, stacked
from templates.contexts import CONTEXTS
from templates.contexts.base import Context
from templates.i18n import Translator

PLAIN: Final = ("txt.j2",)  # suffixes without escaping: nothing in a text part can run


def render(name: str, context: Context) -> str:
    """Render the template *name* (below ``templates/``) with *context*, in its zone and locale.

    Raises:
        TypeError: *context* belongs to another template.
    """
    context_class = CONTEXTS[name]
    if not isinstance(context, context_class):
        raise TypeError(f"{name} takes a {context_class.__name__}, not a {type(context).__name__}")
    values = {field.name: getattr(context, field.name) for field in fields(context)}
    translate = Translator(zone=context.zone, locale=context.locale)
    return environment().get_template(name).render(**values, say=translate)


# Control characters except tab and line ends, changes of the text direction, lone surrogates.
_UNSAFE_CHARACTERS: Final = dict.fromkeys(
    (
        *range(0x09),
        *range(0x0B, 0x0D),
        *range(0x0E, 0x20),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
    )
)


def _strip_unsafe(value: Any) -> Any:
    """Return *value*; if it is text, without characters that would act on a screen or terminal."""
    return value.translate(_UNSAFE_CHARACTERS) if isinstance(value, str) else value


@cache
def environment() -> Environment:
    """Return the Jinja2 environment: it escapes all but text parts and rejects unknown names."""
    jinja = Environment(
        loader=PackageLoader("templates", ""),
        autoescape=select_autoescape(disabled_extensions=PLAIN, default=True),
        undefined=StrictUndefined,
        finalize=_strip_unsafe,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    jinja.globals.update(sparkline=sparkline, stacked=stacked)
    return jinja
