"""The published quality of a model, by the name in its verdicts."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from core.analysis import PublishedFigure
from nlp.encoder.adapter import ADAPTERS_FOLDER, SENTIMENT, Adapter, load_adapter

_ENGLISH: Final = "en"
_ENGLISH_SETS: Final = ("tweeteval", "semeval", "goemotions")  # beginnings of their names
# Keys that the figures of older adapters lack.
_DEFAULTS: Final[Mapping[str, Any]] = {
    "ece_floor": None,
    "ece_excess": None,
    "held_out": False,
    "date": None,
}


@cache
def published_figure(model: str) -> PublishedFigure | None:
    """Return the quality of *model* at English sentiment, on texts held out if there are any.

    None: the model is not packaged with this version, or was not measured with its engine.
    """
    name, _, rest = model.partition(" ")
    sha256, _, engine = rest.partition(" ")
    path = ADAPTERS_FOLDER / f"{name}.safetensors"
    if not sha256 or not path.is_file() or engine.startswith("openvino"):
        return None
    adapter = load_adapter(path)
    return headline_figure(adapter) if adapter.sha256.startswith(sha256) else None


def headline_figure(adapter: Adapter) -> PublishedFigure | None:
    """Return the first English sentiment figure of *adapter*, a held-out one before others."""
    figures = [
        row
        for row in head_figures(adapter, SENTIMENT)
        if row["task"] == SENTIMENT and row["language"] == _ENGLISH
    ]
    best = min(figures, key=lambda row: not row["held_out"], default=None)
    return None if best is None else _published(best)


def head_figures(adapter: Adapter, head: str) -> list[dict[str, Any]]:
    """Return the figures of *head* with every key of docs/json.md, in the order of the adapter."""
    return [
        {**_DEFAULTS, "language": _language_of_set(row["set"]), **row}
        for row in adapter.figures.get(head, ())
    ]


def _language_of_set(name: str) -> str | None:
    return _ENGLISH if name.startswith(_ENGLISH_SETS) else None


def _published(row: Mapping[str, Any]) -> PublishedFigure:
    return PublishedFigure(
        set_name=row["set"],
        n=row["n"],
        language=row["language"],
        accuracy=row["accuracy"],
        macro_recall=row["macro_recall"],
        held_out=row["held_out"],
        date=None if row["date"] is None else date.fromisoformat(row["date"]),
    )
