"""Analysis of a batch of revisions: language, verdicts, vector, entities. No database, no clock."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from types import MappingProxyType

from core.analysis import AnalysisResult, PendingMention
from core.mention import AnalysisState
from core.watch import Watch
from nlp.bisect import predict_each
from nlp.model import Model, Prediction
from nlp.results import initial_result, with_prediction, with_target_verdicts, with_vector
from nlp.text.entities import extract_for
from nlp.text.excerpt import EXCERPT_CHARACTERS, Excerpt, excerpt
from nlp.text.language import detect, likeliest_supported
from nlp.text.normalize import clean
from nlp.text.target_marking import mark_targets
from nlp.topic_classifier import TopicClassifier

# (text, slugs of watches) to the terms by which the text names each watch, in their surface form.
TermMatcher = Callable[[str, tuple[str, ...]], Mapping[str, Collection[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """One pending mention as the model receives it."""

    mention: PendingMention
    excerpt: Excerpt  # cleaned
    language: str | None  # detected, ISO 639-1; None: unknown
    model_language: str | None  # the language it is scored in; None: the model cannot score it

    @property
    def is_supported(self) -> bool:
        """True if the model can score it."""
        return self.model_language is not None

    @property
    def is_foreign(self) -> bool:
        """True if there is text, but in no language of the model."""
        return bool(self.excerpt.text) and not self.is_supported


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

    A text that the model cannot process does not affect the others. Of a long text an excerpt is
    scored, with the sentences on its watches (``nlp.text.excerpt``).

    Only texts in a language of the model get topics: all-MiniLM finds 2 of 24 in German, French
    and Spanish, by the accident of a common word. Counts by topic would be wrong, not just low.

    Args:
        pending: revisions to analyse.
        model: scores the texts.
        topic_classifier: assigns the topics.
        names: brand names; language detection ignores them.
        matched_terms: with it a model that supports targets scores a text that names several of
            its watches once more towards each of them. A watch without such a verdict has that of
            the whole text.
        watches: by slug; their products and people are extracted from the texts that match them.
            All other entities are extracted from every text, in any language.

    Raises:
        TransientError: the model itself is broken; nothing was analysed.
    """
    # It is called twice for a long text of several watches.
    matcher: TermMatcher | None = cache(matched_terms) if matched_terms else None
    texts = [_prepare(mention, model, names, matcher) for mention in pending]
    results = _predict(texts, model, topic_classifier)
    if matcher is not None and model.supports_targets:
        results = _predict_targets(texts, results, model, matcher)
    return [
        _with_entities(result, text.mention, watches)
        for result, text in zip(results, texts, strict=True)
    ]


def _prepare(
    mention: PendingMention,
    model: Model,
    names: Collection[str],
    matched_terms: TermMatcher | None,
) -> _Text:
    passage = _clean_excerpt(mention, matched_terms)
    if not passage.text:
        return _Text(mention=mention, excerpt=passage, language=None, model_language=None)
    language = detect(mention.text, mention.claimed_language, names)
    if language is None:
        model_language = likeliest_supported(mention.text, model.languages, names)
    else:
        model_language = language if language in model.languages else None
    return _Text(mention=mention, excerpt=passage, language=language, model_language=model_language)


def _clean_excerpt(mention: PendingMention, matched_terms: TermMatcher | None) -> Excerpt:
    """Return the part of the text that is scored, cleaned."""
    whole = clean(mention.text)
    if len(whole) <= EXCERPT_CHARACTERS:
        return Excerpt(whole, 1.0)
    terms = matched_terms(mention.text, mention.watches) if matched_terms else {}
    passage = excerpt(mention.text, terms.values())
    return replace(passage, text=clean(passage.text))


def _predict(
    texts: Sequence[_Text], model: Model, topic_classifier: TopicClassifier
) -> list[AnalysisResult]:
    """Return the results without target verdicts; a text in another language gets a vector only."""
    predictions = _predict_texts(
        model, [(text.excerpt.text, text.model_language) for text in texts if text.is_supported]
    )
    foreign_texts = [text.excerpt.text for text in texts if text.is_foreign]
    vectors = iter(predict_each(lambda batch: list(model.encode(batch)), foreign_texts))
    results = []
    for text in texts:
        result = initial_result(
            text.mention, model, language=text.language, is_empty=not text.excerpt.text
        )
        if text.is_supported:
            share = text.excerpt.share
            result = with_prediction(result, next(predictions), model, topic_classifier, share)
        elif text.is_foreign:
            result = with_vector(result, next(vectors))
        results.append(result)
    return results


def _predict_texts(
    model: Model, inputs: Sequence[tuple[str, str | None]]
) -> Iterator[Prediction | Exception]:
    """Return an iterator over one prediction or error for each (text, language), in order."""
    texts = [text for text, _ in inputs]
    return iter(predict_each(model.predict, texts, [language for _, language in inputs]))


def _predict_targets(
    texts: Sequence[_Text],
    results: Sequence[AnalysisResult],
    model: Model,
    matched_terms: TermMatcher,
) -> list[AnalysisResult]:
    """Return *results* with a verdict towards each watch where a text names several."""
    targets = [
        _target_passages(text.mention, matched_terms)
        if result.analysis is AnalysisState.SCORED
        else {}
        for text, result in zip(texts, results, strict=True)
    ]
    predictions = _predict_texts(
        model,
        [
            (passage.text, text.model_language)
            for text, passages in zip(texts, targets, strict=True)
            for passage in passages.values()
        ],
    )
    return [
        with_target_verdicts(result, passages, list(islice(predictions, len(passages))), model)
        for result, passages in zip(results, targets, strict=True)
    ]


def _target_passages(mention: PendingMention, matched_terms: TermMatcher) -> dict[str, Excerpt]:
    """Return the text as it is scored towards each watch, by slug; empty where it names only one.

    It is marked before it is cleaned, as in training: cleaning would turn the account of a brand
    into ``@user``.
    """
    if len(mention.watches) <= 1:
        return {}
    passages = mark_targets(mention.text, matched_terms(mention.text, mention.watches))
    return {
        watch: replace(passage, text=clean(passage.text)) for watch, passage in passages.items()
    }


def _with_entities(
    result: AnalysisResult, mention: PendingMention, watches: Mapping[str, Watch]
) -> AnalysisResult:
    extraction = extract_for(mention.text, result.language, mention.watches, watches)
    return replace(result, entities=extraction.entities, phrases=extraction.phrases)
