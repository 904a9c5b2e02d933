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
from nlp.results import (
    EMPTY,
    ORDERS_ONLY,
    initial_result,
    with_orders_mark,
    with_prediction,
    with_rating,
    with_target_verdicts,
    with_vector,
    without_content,
)
from nlp.text.entities import extract_for
from nlp.text.excerpt import EXCERPT_CHARACTERS, Excerpt, excerpt
from nlp.text.language import NO_HINTS, LanguageHints, detect, likeliest_supported
from nlp.text.model_input import has_words, is_readable, spell_out
from nlp.text.normalize import clean
from nlp.text.orders import without_orders
from nlp.text.ratings import Rating, find_rating
from nlp.text.target_marking import mark_targets
from nlp.topic_classifier import TopicClassifier

# (text, slugs of watches) to the terms by which the text names each watch, in their surface form.
TermMatcher = Callable[[str, tuple[str, ...]], Mapping[str, Collection[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """One pending mention as the model receives it."""

    mention: PendingMention
    body: str  # its text without orders to machines
    has_orders: bool
    excerpt: Excerpt  # of the body: spelled out and cleaned; empty: there is nothing to read
    language: str | None  # detected, ISO 639-1; None: unknown
    model_language: str | None  # the language it is scored in; None: the model cannot score it
    has_words: bool = True  # False: emoji, punctuation or names alone
    rating: Rating | None = None  # the text is a rating and nothing else

    @property
    def is_supported(self) -> bool:
        """True if the model is to score it."""
        return self.model_language is not None and self.rating is None

    @property
    def is_foreign(self) -> bool:
        """True if there is text, but in no language of the model."""
        return bool(self.excerpt.text) and self.model_language is None and self.rating is None

    @property
    def reason(self) -> str:
        """Why it is unscored, if it is."""
        if not self.excerpt.text:
            return ORDERS_ONLY if self.has_orders else EMPTY
        return f"language:{self.language or 'unknown'}"


def analyse(
    pending: Sequence[PendingMention],
    model: Model,
    topic_classifier: TopicClassifier,
    *,
    hints: LanguageHints = NO_HINTS,
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
        hints: names, which language detection ignores, and the languages of recent mentions: a
            text of unknown language is scored in a likely one of them.
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
    texts = [_prepare(mention, model.languages, hints, matcher) for mention in pending]
    results = _predict(texts, model, topic_classifier)
    if matcher is not None and model.supports_targets:
        results = _predict_targets(texts, results, model, matcher)
    return [
        _with_entities(with_orders_mark(result) if text.has_orders else result, text, watches)
        for result, text in zip(results, texts, strict=True)
    ]


def _prepare(
    mention: PendingMention,
    supported_languages: Collection[str],
    hints: LanguageHints,
    matched_terms: TermMatcher | None,
) -> _Text:
    body, has_orders = without_orders(mention.text)
    text = _Text(
        mention=mention,
        body=body,
        has_orders=has_orders,
        excerpt=Excerpt("", 1.0),
        language=None,
        model_language=None,
        has_words=has_words(body, hints.names),
    )
    if not (text.has_words or is_readable(body)):
        return text
    language = detect(body, mention.claimed_language, hints.names)
    model_language: str | None = language
    if language is None:
        model_language = likeliest_supported(body, supported_languages, hints.names, hints.counts)
    return replace(
        text,
        excerpt=_clean_excerpt(text, model_language, hints.names, matched_terms),
        language=language,
        model_language=model_language if model_language in supported_languages else None,
        rating=find_rating(body, hints.names),
    )


def _clean_excerpt(
    text: _Text,
    language: str | None,
    names: Collection[str],
    matched_terms: TermMatcher | None,
) -> Excerpt:
    """Return the part of the text that is scored, spelled out in *language* and cleaned."""
    spelled = spell_out(text.body, language, names)
    whole = clean(spelled)
    if len(whole) <= EXCERPT_CHARACTERS:
        return Excerpt(whole, 1.0)
    terms = matched_terms(text.body, text.mention.watches) if matched_terms else {}
    passage = excerpt(spelled, terms.values())
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
        result = initial_result(text.mention, model, language=text.language, reason=text.reason)
        if text.rating is not None:
            result = with_rating(result, text.rating)
        elif text.is_foreign:
            result = with_vector(result, next(vectors))
        elif text.is_supported:
            share = text.excerpt.share
            result = with_prediction(result, next(predictions), model, topic_classifier, share)
        results.append(result if text.has_words else without_content(result))
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
        _target_passages(text, matched_terms)
        if result.analysis is AnalysisState.SCORED and text.rating is None
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


def _target_passages(text: _Text, matched_terms: TermMatcher) -> dict[str, Excerpt]:
    """Return the text as it is scored towards each watch, by slug; empty where it names only one.

    It is marked before it is cleaned, as in training: cleaning would turn the account of a brand
    into ``@user``.
    """
    watches = text.mention.watches
    if len(watches) <= 1:
        return {}
    passages = mark_targets(text.body, matched_terms(text.body, watches))
    return {
        watch: replace(passage, text=clean(passage.text)) for watch, passage in passages.items()
    }


def _with_entities(
    result: AnalysisResult, text: _Text, watches: Mapping[str, Watch]
) -> AnalysisResult:
    mention = text.mention
    extraction = extract_for(mention.text, result.language, mention.watches, watches)
    return replace(result, entities=extraction.entities, phrases=extraction.phrases)
