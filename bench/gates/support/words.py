"""Past participles: bare, they leave open what a name stands for.

A word counts when it ends in -ed or is an irregular participle, also behind a prefix (``unseen``).
Not counted, because they are nouns, base forms or adjectives as often:

- participles that equal the base form (``set put cut split cost hit let cast spread run come``);
  ``read`` is the one exception, because the redesign counts it
- participles that are everyday nouns in code (``bound ground wound shot thought lit``)
- words in -ed that are no participle (``seed feed need speed embed hundred red``)
"""

from typing import Final

_COMMON: Final = """
told found said heard known asked wanted kept shown meant called spoken named read seen judged taken
made given listed learnt chosen
"""
_IRREGULAR: Final = """
arisen awoken beaten been befallen begotten begun bent bereft besought bidden bitten bled blown born
borne bought bred broken brought built burnt caught chosen clad clung crept dealt done drawn dreamt
driven drunk dug dwelt eaten fallen fed felt fled flown flung forbidden forgiven forgot forgotten
forsaken fought found frozen given gone got gotten grown had heard held hewn hidden hung kept knelt
known laid lain leant leapt learnt led left lent lost made meant met mistaken mown paid proven read
ridden risen rung said sawn seen sent sewn shaken shod shorn shown shrunk slain slept slid slung
slunk smelt smitten sold sought sown spat sped spelt spent spilt spoilt spoken sprung spun stolen
stood strewn stricken striven struck strung stuck stung stunk sung sunk swept swollen sworn swum
swung taken taught told torn trodden understood undertaken wept woken won worn woven written wrought
wrung thrown
"""
_NO_PARTICIPLES: Final = """
bed biped bleed breed creed deed ed embed exceed feed greed heed hundred indeed infrared kindred
misdeed moped naked need newsfeed proceed red reed sacred screed sed seed shed shred sled speed
steed succeed ted weed wed wicked zed present relent
"""
_PREFIXES: Final = ("un", "re", "pre", "mis", "over", "under", "out", "fore", "up", "with", "be")

COMMON: Final = frozenset(_COMMON.split())  # the 22 words that the redesign measured
IRREGULAR: Final = frozenset(_IRREGULAR.split())
NO_PARTICIPLES: Final = frozenset(_NO_PARTICIPLES.split())


def is_participle(name: str) -> bool:
    """Return whether *name* is one lower-case word and a past participle; ``pending_ids`` is not.

    Underscores and digits at its ends do not count: ``_found`` and ``found2`` are ``found``.
    """
    word = bare(name)
    if not (word.isalpha() and word.islower()) or word in NO_PARTICIPLES:
        return False
    return word in COMMON or word in IRREGULAR or word.endswith("ed") or _is_prefixed(word)


def bare(name: str) -> str:
    """Return *name* without the underscores and digits at its ends."""
    return name.strip("_0123456789")


def _is_prefixed(word: str) -> bool:
    return any(word.startswith(p) and word[len(p) :] in IRREGULAR for p in _PREFIXES)
