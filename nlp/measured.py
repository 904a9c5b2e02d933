"""How good a model is known to be, by the name that its verdicts carry."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from nlp import adapter
from nlp.adapter import SENTIMENT

_SET: Final = "tweeteval_sentiment_validation"


@cache
def quality(model: str) -> float | None:
    """The macro-recall, 0 to 1, of *model* on English tweets (TweetEval's validation).

    None: it did not come with this version, or runs on an engine with which it was not measured.
    """
    name, sha256, engine = [*model.split(" ", 2), "", ""][:3]
    path = adapter.WEIGHTS / f"{name}.safetensors"
    if not sha256 or not path.is_file() or engine.startswith("openvino"):
        return None
    made = adapter.read(path)
    if not made.sha256.startswith(sha256):
        return None
    figures: dict[str, Sequence[dict[str, Any]]] = made.notes.get("figures", {})  # type: ignore[assignment]
    found = (f["macro_recall"] for f in figures.get(SENTIMENT, ()) if f["set"] == _SET)
    return next(found, None)
