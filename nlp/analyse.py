"""What a step records of each revision: language, verdict, vector. Pure: no record, no clock."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import numpy as np

from core.errors import TransientError
from core.mention import Analysis, Sentiment, Verdict
from nlp.clean import clean
from nlp.language import detect
from nlp.model import Model, Reading
from nlp.topics import Taxonomy

EMPTY: Final = "empty"  # reason: nothing is left of the text to read
NO_NUMBER: Final = "not_a_number"  # reason: the model answered, but no probabilities
PLAIN: Final = "It works."  # what any working model can read

Out = TypeVar("Out")
Vector = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One revision that waits for its verdict."""

    id: str
    text: str
    text_sha256: str
    claimed_language: str | None  # what the platform says, ISO 639-1


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """What became of one revision."""

    id: str
    text_sha256: str
    analysis: Analysis  # scored, unscored or quarantined
    reason: str | None  # why it is not scored: "empty", "language:de", "language:unknown", an error
    language: str | None  # ISO 639-1; None: unknown
    verdicts: tuple[Verdict, ...]
    vector: bytes | None  # the un-adapted embedding, float16, little endian; None: not read
    encoder_sha256: str


def analyse(
    works: Sequence[Work], model: Model, taxonomy: Taxonomy, *, names: Collection[str] = ()
) -> list[Analysed]:
    """One result a work, in order. A text that the model cannot read takes no other with it.

    *names* are brand names, which say nothing about the language of a text. Topics are told only of
    texts in a language of the model: all-MiniLM finds 2 of 24 in German, French and Spanish, by the
    accident of a common word, so that counts by topic would be wrong, not just low.

    Raises:
        TransientError: the model itself is broken; nothing was judged.
    """
    texts = [clean(work.text) for work in works]
    found = [_blank(work, text, model, names) for work, text in zip(works, texts, strict=True)]
    known = [i for i, one in enumerate(found) if one.language in model.languages]
    foreign = [i for i, one in enumerate(found) if texts[i] and one.language not in model.languages]
    for i, reading in _answers(model.read, texts, known):
        found[i] = _judged(found[i], reading, model, taxonomy)
    for i, vector in _answers(lambda some: list(model.embed(some)), texts, foreign):
        found[i] = _embedded(found[i], vector)
    return found


def each(
    read: Callable[[Sequence[str]], Sequence[Out]], texts: Sequence[str]
) -> list[Out | Exception]:
    """What *read* says of each text, or the error it raises for that text alone (found by halving).

    Raises:
        TransientError: it fails on a plain sentence too: the model is at fault, not the text.
    """
    if not texts:
        return []
    try:
        return list(read(texts))
    except Exception as error:  # noqa: BLE001  # whatever a text does to a model, its neighbours are read
        if len(texts) == 1:
            _must_still_read(read)
            return [error]
    middle = len(texts) // 2
    return each(read, texts[:middle]) + each(read, texts[middle:])


def _answers(
    read: Callable[[Sequence[str]], Sequence[Out]], texts: Sequence[str], chosen: Sequence[int]
) -> Iterator[tuple[int, Out | Exception]]:
    """What *read* says of each text that is *chosen* by its index."""
    return zip(chosen, each(read, [texts[i] for i in chosen]), strict=True)


def _must_still_read(read: Callable[[Sequence[str]], object]) -> None:
    try:
        read([PLAIN])
    except Exception as error:
        raise TransientError(
            "the model fails on any text; its process must be restarted"
        ) from error


def _blank(work: Work, text: str, model: Model, names: Collection[str]) -> Analysed:
    """The result while nothing has been read: unscored, and why."""
    language = detect(work.text, work.claimed_language, names) if text else None
    return Analysed(
        id=work.id,
        text_sha256=work.text_sha256,
        analysis=Analysis.UNSCORED,
        reason=f"language:{language or 'unknown'}" if text else EMPTY,
        language=language,
        verdicts=(),
        vector=None,
        encoder_sha256=model.encoder_sha256,
    )


def _judged(
    blank: Analysed, reading: Reading | Exception, model: Model, taxonomy: Taxonomy
) -> Analysed:
    if isinstance(reading, Exception):
        return _quarantined(blank, reading)
    topics = taxonomy.topics_of(reading.vector[None, :])[0]
    verdict = _verdict(blank, reading, model.name, topics)
    scored = verdict.sentiment is not None
    return replace(
        blank,
        analysis=Analysis.SCORED if scored else Analysis.UNSCORED,
        reason=None if scored else NO_NUMBER,
        verdicts=(verdict,),
        vector=_packed(reading.vector),
    )


def _embedded(blank: Analysed, vector: Vector | Exception) -> Analysed:
    if isinstance(vector, Exception):
        return _quarantined(blank, vector)
    return replace(blank, vector=_packed(vector))


def _quarantined(blank: Analysed, error: Exception) -> Analysed:
    """The reason is the kind of error: its message might quote the text."""
    return replace(blank, analysis=Analysis.QUARANTINED, reason=f"error:{type(error).__name__}")


def _verdict(blank: Analysed, reading: Reading, model: str, topics: tuple[str, ...]) -> Verdict:
    shares = reading.probabilities
    by_class = dict(zip(Sentiment, shares, strict=True)) if shares else {}
    return Verdict(
        watch=None,
        sentiment=max(by_class, key=by_class.__getitem__) if by_class else None,
        probabilities={str(name): share for name, share in by_class.items()},
        polarity=by_class[Sentiment.POSITIVE] - by_class[Sentiment.NEGATIVE] if by_class else None,
        topics=topics,
        model=model,
        text_sha256=blank.text_sha256,
    )


def _packed(vector: Vector) -> bytes | None:
    return vector.astype("<f2").tobytes() if np.isfinite(vector).all() else None
