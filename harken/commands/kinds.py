"""The kinds of sources that exist, as rows of the contract."""

from dataclasses import asdict
from typing import Any

from core import plugins
from crawlers.source import Source


def kind_rows() -> list[dict[str, Any]]:
    """The contract's ``kind``, one for each module of ``crawlers.sources``."""
    names = plugins.available("crawlers.sources")
    loaded = {name: plugins.load("crawlers.sources", name, Source) for name in names}
    return [{"kind": name, **asdict(kind.facts)} for name, kind in loaded.items()]
