"""How good a model is known to be, by the name that its verdicts carry."""

from functools import cache
from typing import Final

from nlp.encoder import adapter
from nlp.encoder.adapter import SENTIMENT

_VALIDATION_SET: Final = "tweeteval_sentiment_validation"


@cache
def published_macro_recall(model: str) -> float | None:
    """The macro-recall, 0 to 1, of *model* on English tweets (TweetEval's validation).

    None: it did not come with this version, or runs on an engine with which it was not measured.
    """
    name, _, rest = model.partition(" ")
    sha256, _, engine = rest.partition(" ")
    path = adapter.ADAPTERS_FOLDER / f"{name}.safetensors"
    if not sha256 or not path.is_file() or engine.startswith("openvino"):
        return None
    weights = adapter.load_adapter(path)
    if not weights.sha256.startswith(sha256):
        return None
    figures = weights.figures.get(SENTIMENT, ())
    return next(
        (figure["macro_recall"] for figure in figures if figure["set"] == _VALIDATION_SET), None
    )
