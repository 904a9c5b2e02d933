"""The kinds of sources that exist, as rows of the contract."""

from dataclasses import asdict
from typing import Any

from core import plugins
from crawlers.source import Source


def kind_rows() -> list[dict[str, Any]]:
    """The contract's ``kind``, one for each module of ``crawlers.sources``."""
    names = plugins.available("crawlers.sources")
    source_classes = {name: plugins.load("crawlers.sources", name, Source) for name in names}
    return [
        {"kind": name, **asdict(source_class.info)} for name, source_class in source_classes.items()
    ]
