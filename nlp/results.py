"""Results of the analysis, built from the output of a model for one text."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any, Final

import numpy as np

from core.analysis import AnalysisResult, PendingMention
from core.mention import AnalysisState, Sentiment, Verdict
from nlp.model import Model, Prediction
from nlp.text.excerpt import Excerpt
from nlp.text.ratings import Rating
from nlp.topic_classifier import TopicClassifier

EMPTY: Final = "empty"  # reason: nothing in the text can be read
ORDERS_ONLY: Final = "orders_only"  # reason: the text is an order to a machine and nothing else
RATING_RULE: Final = "rating"  # rule of a verdict: the text is a rating
NOT_A_NUMBER: Final = "not_a_number"  # reason: the model returned NaN instead of probabilities
Vector = np.ndarray[Any, np.dtype[np.float32]]


def initial_result(
    mention: PendingMention, model: Model, *, language: str | None, reason: str
) -> AnalysisResult:
    """Return the result before any prediction: unscored, for *reason*.

    *language* is the detected one, ISO 639-1; None: unknown.
    """
    return AnalysisResult(
        id=mention.id,
        text_sha256=mention.text_sha256,
        analysis=AnalysisState.UNSCORED,
        reason=reason,
        language=language,
        verdicts=(),
        vector=None,
        encoder_sha256=model.encoder_sha256,
        model=model.name,
    )


def with_prediction(
    blank: AnalysisResult,
    prediction: Prediction | Exception,
    model: Model,
    topic_classifier: TopicClassifier,
    share: float,
) -> AnalysisResult:
    """Return *blank* with the verdict and vector of *prediction*; an error quarantines it.

    *share* is the part of the text that was scored, in (0, 1]. Without probabilities the result
    stays unscored and keeps topics and heads.
    """
    if isinstance(prediction, Exception):
        return _quarantine_result(blank, prediction)
    topics = topic_classifier.classify_supported(
        prediction.vector[None, :], [blank.language], model.languages
    )[0]
    heads = _head_probabilities(prediction, model)
    verdict = replace(
        _verdict(blank, prediction, model), topics=topics, heads=heads, read_share=share
    )
    is_scored = verdict.sentiment is not None
    return replace(
        blank,
        analysis=AnalysisState.SCORED if is_scored else AnalysisState.UNSCORED,
        reason=None if is_scored else NOT_A_NUMBER,
        verdicts=(verdict,),
        vector=_vector_bytes(prediction.vector),
    )


def with_rating(blank: AnalysisResult, rating: Rating) -> AnalysisResult:
    """Return *blank* with the verdict that the rule of ``nlp.text.ratings`` gives.

    It has no other heads, no topics and no vector: a rating has no subject.
    """
    by_class = dict(zip(Sentiment, rating.probabilities, strict=True))
    verdict = replace(
        _sentiment_verdict(blank.text_sha256, blank.model, by_class), rule=RATING_RULE
    )
    return replace(blank, analysis=AnalysisState.SCORED, reason=None, verdicts=(verdict,))


def without_content(result: AnalysisResult) -> AnalysisResult:
    """Return *result* of a text without words: a sentiment, but no heads, topics or vector."""
    verdicts = tuple(replace(verdict, heads={}, topics=()) for verdict in result.verdicts)
    return replace(result, verdicts=verdicts, vector=None)


def with_orders_mark(result: AnalysisResult) -> AnalysisResult:
    """Return *result* with a mark on each verdict: orders to machines were left out."""
    verdicts = tuple(replace(verdict, orders_left_out=True) for verdict in result.verdicts)
    return replace(result, verdicts=verdicts)


def with_vector(blank: AnalysisResult, vector: Vector | Exception) -> AnalysisResult:
    """Return *blank* with its vector, still unscored; an error quarantines it."""
    if isinstance(vector, Exception):
        return _quarantine_result(blank, vector)
    return replace(blank, vector=_vector_bytes(vector))


def with_target_verdicts(
    result: AnalysisResult,
    passages: Mapping[str, Excerpt],
    predictions: Sequence[Prediction | Exception],
    model: Model,
) -> AnalysisResult:
    """Return *result* with one more verdict per watch.

    *passages* are the excerpts that were scored, by slug; *predictions* are in their order. A watch
    whose prediction is an error or has no probabilities gets no verdict.
    """
    verdicts = [
        replace(_verdict(result, prediction, model), watch=watch, read_share=passage.share)
        for (watch, passage), prediction in zip(passages.items(), predictions, strict=True)
        if not isinstance(prediction, Exception) and prediction.probabilities
    ]
    return replace(result, verdicts=(*result.verdicts, *verdicts))


def _quarantine_result(blank: AnalysisResult, error: Exception) -> AnalysisResult:
    # The reason is the kind of error: its message might quote the text.
    return replace(
        blank, analysis=AnalysisState.QUARANTINED, reason=f"error:{type(error).__name__}"
    )


def _verdict(result: AnalysisResult, prediction: Prediction, model: Model) -> Verdict:
    """Return the sentiment alone, of the whole text."""
    probabilities = prediction.probabilities
    by_class = dict(zip(Sentiment, probabilities, strict=True)) if probabilities else {}
    return _sentiment_verdict(result.text_sha256, model.name, by_class)


def _sentiment_verdict(
    text_sha256: str, model: str, by_class: Mapping[Sentiment, float]
) -> Verdict:
    return Verdict(
        watch=None,
        sentiment=max(by_class, key=by_class.__getitem__) if by_class else None,
        probabilities={str(name): share for name, share in by_class.items()},
        polarity=by_class[Sentiment.POSITIVE] - by_class[Sentiment.NEGATIVE] if by_class else None,
        topics=(),
        model=model,
        text_sha256=text_sha256,
    )


def _head_probabilities(prediction: Prediction, model: Model) -> dict[str, dict[str, float]]:
    """Return the probabilities of the other heads by class, without heads that returned NaN."""
    return {
        head: dict(zip(model.heads[head], probabilities, strict=True))
        for head, probabilities in prediction.heads.items()
        if all(map(isfinite, probabilities))
    }


def _vector_bytes(vector: Vector) -> bytes | None:
    return vector.astype("<f2").tobytes() if np.isfinite(vector).all() else None
