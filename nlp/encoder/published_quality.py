"""The published quality of a model, by the name in its verdicts."""

from functools import cache
from typing import Final

from nlp.encoder.adapter import ADAPTERS_FOLDER, SENTIMENT, load_adapter

_VALIDATION_SET: Final = "tweeteval_sentiment_validation"


@cache
def published_macro_recall(model: str) -> float | None:
    """Return the macro-recall, 0 to 1, of *model* on English tweets (TweetEval's validation).

    None: the model is not packaged with this version, or was not measured with its engine.
    """
    name, _, rest = model.partition(" ")
    sha256, _, engine = rest.partition(" ")
    path = ADAPTERS_FOLDER / f"{name}.safetensors"
    if not sha256 or not path.is_file() or engine.startswith("openvino"):
        return None
    adapter = load_adapter(path)
    if not adapter.sha256.startswith(sha256):
        return None
    figures = adapter.figures.get(SENTIMENT, ())
    return next(
        (figure["macro_recall"] for figure in figures if figure["set"] == _VALIDATION_SET), None
    )
