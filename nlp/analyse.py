"""What a step records of each revision: language, verdict, vector. Pure: no record, no clock."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache
from math import isfinite
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from core.analysis import AnalysisResult, PendingMention
from core.mention import Analysis, Sentiment, Verdict
from core.watch import Watch
from nlp.bisect import answers, each
from nlp.model import Model, Reading
from nlp.text.entities import named_for
from nlp.text.excerpt import LIMIT, Excerpt, excerpt
from nlp.text.language import detect, likeliest
from nlp.text.normalize import clean
from nlp.text.target_marking import aimed
from nlp.topic_classifier import Taxonomy

EMPTY: Final = "empty"  # reason: nothing is left of the text to read
NO_NUMBER: Final = "not_a_number"  # reason: the model answered, but no probabilities
Vector = np.ndarray[Any, np.dtype[np.float32]]
# (text, slugs of watches) to the words by which the text names each of them, as they stand in it.
Spoken = Callable[[str, tuple[str, ...]], Mapping[str, Collection[str]]]


def analyse(
    pending: Sequence[PendingMention],
    model: Model,
    taxonomy: Taxonomy,
    *,
    names: Collection[str] = (),
    spoken: Spoken | None = None,
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
    asked: Spoken | None = cache(spoken) if spoken else None
    parts = [_part(work, asked) for work in pending]
    found = [
        _blank(work, part.text, model, names) for work, part in zip(pending, parts, strict=True)
    ]
    languages = [
        _read_as(work, one, model, names) for work, one in zip(pending, found, strict=True)
    ]
    _read(found, parts, languages, model, taxonomy)
    if asked is not None and model.reads_targets:
        _aim(found, pending, languages, model, asked)
    return [_naming(one, work, watches) for one, work in zip(found, pending, strict=True)]


def _read(
    found: list[AnalysisResult],
    parts: Sequence[Excerpt],
    languages: Sequence[str | None],
    model: Model,
    taxonomy: Taxonomy,
) -> None:
    """Put into *found* what *model* says of *parts*; in a language not its own, a vector only."""
    texts = [part.text for part in parts]
    worded = [i for i, text in enumerate(texts) if text]
    known = [i for i in worded if languages[i]]
    foreign = [i for i in worded if not languages[i]]
    for i, reading in answers(model.read, known, texts, languages):
        found[i] = _judged(found[i], reading, model, taxonomy, parts[i].share)
    for i, vector in answers(lambda some: list(model.embed(some)), foreign, texts):
        found[i] = _embedded(found[i], vector)


def _naming(
    found: AnalysisResult, work: PendingMention, watches: Mapping[str, Watch]
) -> AnalysisResult:
    told = named_for(work.text, found.language, work.watches, watches)
    return replace(found, entities=told.entities, phrases=told.phrases)


def _part(work: PendingMention, spoken: Spoken | None) -> Excerpt:
    """What is read of *work*, cleaned."""
    whole = clean(work.text)
    if len(whole) <= LIMIT:
        return Excerpt(whole, 1.0)
    said = spoken(work.text, work.watches) if spoken else {}
    part = excerpt(work.text, said.values())
    return replace(part, text=clean(part.text))


def _read_as(
    work: PendingMention, blank: AnalysisResult, model: Model, names: Collection[str]
) -> str | None:
    """The language as which *model* reads a text; None: it does not."""
    if blank.language is None:
        return likeliest(work.text, model.languages, names)
    return blank.language if blank.language in model.languages else None


def _aim(
    found: list[AnalysisResult],
    pending: Sequence[PendingMention],
    languages: Sequence[str | None],
    model: Model,
    spoken: Spoken,
) -> None:
    """Add the verdicts towards each watch to those of *found* that name several.

    Marked first and cleaned then, as in training: an account that is a brand's keeps its name.
    """
    aims = [
        (i, watch, clean(part.text), part.share)
        for i, work in enumerate(pending)
        if found[i].analysis is Analysis.SCORED and len(work.watches) > 1
        for watch, part in aimed(work.text, spoken(work.text, work.watches)).items()
    ]
    codes = [languages[i] for i, *_ in aims]
    readings = each(model.read, [marked for _, _, marked, _ in aims], codes)
    for (i, watch, _, share), reading in zip(aims, readings, strict=True):
        if not isinstance(reading, Exception) and reading.probabilities:
            towards = replace(_verdict(found[i], reading, model), watch=watch, read_share=share)
            found[i] = replace(found[i], verdicts=(*found[i].verdicts, towards))


def _blank(work: PendingMention, text: str, model: Model, names: Collection[str]) -> AnalysisResult:
    """The result while nothing has been read: unscored, and why."""
    language = detect(work.text, work.claimed_language, names) if text else None
    return AnalysisResult(
        id=work.id,
        text_sha256=work.text_sha256,
        analysis=Analysis.UNSCORED,
        reason=f"language:{language or 'unknown'}" if text else EMPTY,
        language=language,
        verdicts=(),
        vector=None,
        encoder_sha256=model.encoder_sha256,
        model=model.name,
    )


def _judged(
    blank: AnalysisResult,
    reading: Reading | Exception,
    model: Model,
    taxonomy: Taxonomy,
    share: float,
) -> AnalysisResult:
    if isinstance(reading, Exception):
        return _quarantined(blank, reading)
    topics = taxonomy.told(reading.vector[None, :], [blank.language], model.languages)[0]
    heads = _heads(reading, model)
    verdict = replace(_verdict(blank, reading, model), topics=topics, heads=heads, read_share=share)
    scored = verdict.sentiment is not None
    return replace(
        blank,
        analysis=Analysis.SCORED if scored else Analysis.UNSCORED,
        reason=None if scored else NO_NUMBER,
        verdicts=(verdict,),
        vector=_packed(reading.vector),
    )


def _embedded(blank: AnalysisResult, vector: Vector | Exception) -> AnalysisResult:
    if isinstance(vector, Exception):
        return _quarantined(blank, vector)
    return replace(blank, vector=_packed(vector))


def _quarantined(blank: AnalysisResult, error: Exception) -> AnalysisResult:
    """The reason is the kind of error: its message might quote the text."""
    return replace(blank, analysis=Analysis.QUARANTINED, reason=f"error:{type(error).__name__}")


def _verdict(blank: AnalysisResult, reading: Reading, model: Model) -> Verdict:
    """The sentiment alone, of all of the text."""
    shares = reading.probabilities
    by_class = dict(zip(Sentiment, shares, strict=True)) if shares else {}
    return Verdict(
        watch=None,
        sentiment=max(by_class, key=by_class.__getitem__) if by_class else None,
        probabilities={str(name): share for name, share in by_class.items()},
        polarity=by_class[Sentiment.POSITIVE] - by_class[Sentiment.NEGATIVE] if by_class else None,
        topics=(),
        model=model.name,
        text_sha256=blank.text_sha256,
    )


def _heads(reading: Reading, model: Model) -> dict[str, dict[str, float]]:
    """The probabilities of each other head by class; a head that answers with NaN is left out."""
    return {
        head: dict(zip(model.heads[head], shares, strict=True))
        for head, shares in reading.heads.items()
        if all(map(isfinite, shares))
    }


def _packed(vector: Vector) -> bytes | None:
    return vector.astype("<f2").tobytes() if np.isfinite(vector).all() else None
