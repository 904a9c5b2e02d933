"""What a step records of each revision: language, verdict, vector. Pure: no record, no clock."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from math import isfinite
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from core.analysis import AnalysisResult, PendingMention
from core.mention import AnalysisState, Sentiment, Verdict
from core.watch import Watch
from nlp.bisect import predict_each, predict_selected
from nlp.model import Model, Prediction
from nlp.text.entities import extract_for
from nlp.text.excerpt import EXCERPT_CHARACTERS, Excerpt, excerpt
from nlp.text.language import detect, likeliest_supported
from nlp.text.normalize import clean
from nlp.text.target_marking import mark_targets
from nlp.topic_classifier import TopicClassifier

EMPTY: Final = "empty"  # reason: nothing is left of the text to read
NOT_A_NUMBER: Final = "not_a_number"  # reason: the model answered, but no probabilities
Vector = np.ndarray[Any, np.dtype[np.float32]]
# (text, slugs of watches) to the words by which the text names each of them, as they stand in it.
TermMatcher = Callable[[str, tuple[str, ...]], Mapping[str, Collection[str]]]


def analyse(
    pending: Sequence[PendingMention],
    model: Model,
    topic_classifier: TopicClassifier,
    *,
    names: Collection[str] = (),
    matched_terms: TermMatcher | None = None,
    watches: Mapping[str, Watch] = MappingProxyType({}),
) -> list[AnalysisResult]:
    """Return one result for each of *pending*, in order.

    A text that the model cannot read does not affect the others.

    *names* are brand names, which say nothing about the language of a text. Topics are told only of
    texts in a language of the model: all-MiniLM finds 2 of 24 in German, French and Spanish, by the
    accident of a common word, so that counts by topic would be wrong, not just low.

    With *spoken*, a model that reads targets judges a text that names several of its watches once
    more towards each of them; where it cannot, the verdict on the whole text is that watch's too.
    Of a long text an excerpt is read, with what it says of its watches (``nlp.text.excerpt``).

    *watches*, by slug, are whose products and people are told where a text that matched them names
    them; what else it names is told of every text, whether the model can read it or not.

    Raises:
        TransientError: the model itself is broken; nothing was judged.
    """
    # Long texts of several watches are asked about twice.
    matcher: TermMatcher | None = cache(matched_terms) if matched_terms else None
    excerpts = [_excerpt_of(mention, matcher) for mention in pending]
    results = [
        _initial_result(mention, passage.text, model, names)
        for mention, passage in zip(pending, excerpts, strict=True)
    ]
    languages = [
        _model_language(mention, result, model, names)
        for mention, result in zip(pending, results, strict=True)
    ]
    _predict(results, excerpts, languages, model, topic_classifier)
    if matcher is not None and model.supports_targets:
        _add_target_verdicts(results, pending, languages, model, matcher)
    return [
        _with_entities(result, mention, watches)
        for result, mention in zip(results, pending, strict=True)
    ]


def _predict(
    results: list[AnalysisResult],
    excerpts: Sequence[Excerpt],
    languages: Sequence[str | None],
    model: Model,
    topic_classifier: TopicClassifier,
) -> None:
    """Put into *found* what *model* says of *parts*; in a language not its own, a vector only."""
    texts = [passage.text for passage in excerpts]
    text_indices = [i for i, text in enumerate(texts) if text]
    supported_indices = [i for i in text_indices if languages[i]]
    foreign_indices = [i for i in text_indices if not languages[i]]
    for i, prediction in predict_selected(model.predict, supported_indices, texts, languages):
        results[i] = _result_of_prediction(
            results[i], prediction, model, topic_classifier, excerpts[i].share
        )
    for i, vector in predict_selected(
        lambda batch: list(model.encode(batch)), foreign_indices, texts
    ):
        results[i] = _result_of_vector(results[i], vector)


def _with_entities(
    result: AnalysisResult, mention: PendingMention, watches: Mapping[str, Watch]
) -> AnalysisResult:
    extraction = extract_for(mention.text, result.language, mention.watches, watches)
    return replace(result, entities=extraction.entities, phrases=extraction.phrases)


def _excerpt_of(mention: PendingMention, matched_terms: TermMatcher | None) -> Excerpt:
    """What is read of *work*, cleaned."""
    whole = clean(mention.text)
    if len(whole) <= EXCERPT_CHARACTERS:
        return Excerpt(whole, 1.0)
    terms = matched_terms(mention.text, mention.watches) if matched_terms else {}
    passage = excerpt(mention.text, terms.values())
    return replace(passage, text=clean(passage.text))


def _model_language(
    mention: PendingMention, blank: AnalysisResult, model: Model, names: Collection[str]
) -> str | None:
    """The language as which *model* reads a text; None: it does not."""
    if blank.language is None:
        return likeliest_supported(mention.text, model.languages, names)
    return blank.language if blank.language in model.languages else None


def _add_target_verdicts(
    results: list[AnalysisResult],
    pending: Sequence[PendingMention],
    languages: Sequence[str | None],
    model: Model,
    matched_terms: TermMatcher,
) -> None:
    """Add the verdicts towards each watch to those of *found* that name several.

    Marked first and cleaned then, as in training: an account that is a brand's keeps its name.
    """
    targets = [
        (i, watch, clean(passage.text), passage.share)
        for i, mention in enumerate(pending)
        if results[i].analysis is AnalysisState.SCORED and len(mention.watches) > 1
        for watch, passage in mark_targets(
            mention.text, matched_terms(mention.text, mention.watches)
        ).items()
    ]
    codes = [languages[i] for i, *_ in targets]
    predictions = predict_each(
        model.predict, [target_text for _, _, target_text, _ in targets], codes
    )
    for (i, watch, _, share), prediction in zip(targets, predictions, strict=True):
        if not isinstance(prediction, Exception) and prediction.probabilities:
            verdict = replace(
                _verdict(results[i], prediction, model), watch=watch, read_share=share
            )
            results[i] = replace(results[i], verdicts=(*results[i].verdicts, verdict))


def _initial_result(
    mention: PendingMention, text: str, model: Model, names: Collection[str]
) -> AnalysisResult:
    """The result while nothing has been read: unscored, and why."""
    language = detect(mention.text, mention.claimed_language, names) if text else None
    return AnalysisResult(
        id=mention.id,
        text_sha256=mention.text_sha256,
        analysis=AnalysisState.UNSCORED,
        reason=f"language:{language or 'unknown'}" if text else EMPTY,
        language=language,
        verdicts=(),
        vector=None,
        encoder_sha256=model.encoder_sha256,
        model=model.name,
    )


def _result_of_prediction(
    blank: AnalysisResult,
    prediction: Prediction | Exception,
    model: Model,
    topic_classifier: TopicClassifier,
    share: float,
) -> AnalysisResult:
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


def _result_of_vector(blank: AnalysisResult, vector: Vector | Exception) -> AnalysisResult:
    if isinstance(vector, Exception):
        return _quarantine_result(blank, vector)
    return replace(blank, vector=_vector_bytes(vector))


def _quarantine_result(blank: AnalysisResult, error: Exception) -> AnalysisResult:
    """The reason is the kind of error: its message might quote the text."""
    return replace(
        blank, analysis=AnalysisState.QUARANTINED, reason=f"error:{type(error).__name__}"
    )


def _verdict(blank: AnalysisResult, prediction: Prediction, model: Model) -> Verdict:
    """The sentiment alone, of all of the text."""
    probabilities = prediction.probabilities
    by_class = dict(zip(Sentiment, probabilities, strict=True)) if probabilities else {}
    return Verdict(
        watch=None,
        sentiment=max(by_class, key=by_class.__getitem__) if by_class else None,
        probabilities={str(name): share for name, share in by_class.items()},
        polarity=by_class[Sentiment.POSITIVE] - by_class[Sentiment.NEGATIVE] if by_class else None,
        topics=(),
        model=model.name,
        text_sha256=blank.text_sha256,
    )


def _head_probabilities(prediction: Prediction, model: Model) -> dict[str, dict[str, float]]:
    """The probabilities of each other head by class; a head that answers with NaN is left out."""
    return {
        head: dict(zip(model.heads[head], probabilities, strict=True))
        for head, probabilities in prediction.heads.items()
        if all(map(isfinite, probabilities))
    }


def _vector_bytes(vector: Vector) -> bytes | None:
    return vector.astype("<f2").tobytes() if np.isfinite(vector).all() else None
