"""Kinds of sources with their options, as `harken sources --kinds` lists them."""

from dataclasses import asdict
from typing import Any, Final

from config.option_descriptions import option_descriptions
from core import plugins
from crawlers.source import Source

SOURCES: Final = "crawlers.sources"


def kind_rows() -> list[dict[str, Any]]:
    """Return one row for each kind of source, in the order of their names.

    The keys are those of docs/json.md; ``options`` has the fields of ``OptionDescription``.
    """
    source_classes = {n: plugins.load(SOURCES, n, Source) for n in plugins.available(SOURCES)}
    return [
        {
            "kind": name,
            "summary": plugins.summary(SOURCES, name),
            **asdict(source_class.info),
            "options": [asdict(o) for o in option_descriptions(source_class.Options)],
        }
        for name, source_class in source_classes.items()
    ]
