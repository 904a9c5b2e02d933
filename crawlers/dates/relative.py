"""Dates relative to the crawl: ``3 hours ago``, ``gestern, 14:05``, ``вчера в 14:05``, ``5 min``.

The phrases with a number are CLDR's, in every language of ``names``. CLDR's words for days are not
in Babel, so they stand here.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import Any, Final

from babel import localedata
from babel.localedata import LocaleDataDict

from crawlers.dates.names import LANGUAGES, weekday_number
from crawlers.dates.plain_text import plain_text

_UNITS: Final = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
    "month": timedelta(days=30.44),  # on average
    "year": timedelta(days=365.25),
}
_ENGLISH_UNITS: Final = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "second"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "minute"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "hour"),
    **dict.fromkeys(("d", "day", "days"), "day"),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "week"),
    **dict.fromkeys(("mo", "mos", "mth", "mths", "month", "months"), "month"),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), "year"),
}
_UNIT_WORD: Final = "|".join(sorted(_ENGLISH_UNITS, key=len, reverse=True))
_ENGLISH_ITEM: Final = re.compile(rf"(\d+|half an?|an?|one) ?({_UNIT_WORD})\b[.,]?(?: and)?")
_ENGLISH: Final = re.compile(rf"((?:{_ENGLISH_ITEM.pattern} ?)+) ?ago\b")
_SHORT: Final = re.compile(r"(\d{1,3}) ?(s|sec|m|mins?|h|hrs?|d|w|mo|y|yr)\.?")
# The word for one in the languages whose phrases write it, in plain text.
_ONE: Final = re.compile(
    r"\b(?:an?|one|einer|einem|eine|ein|une?|una|uno|uma?|um|een|en|ett?|jedna|jedne|jednu|"
    r"один|одну|одна|bir|jeden|egy|o)\b"
)
# Names of days by their age in days. Short ones are other words in other languages, so they count
# only without words that are not FILLERS.
_DAY_NAMES: Final = {
    "today|heute|aujourd'hui|aujourd’hui|hoy|oggi|hoje|vandaag|dzisiaj|dziś|сегодня|сьогодні|"
    "сёння|bugün|اليوم|امروز|היום|σήμερα|idag|i dag|í dag|tänään|täna|dnes|danes|danas|данас|днес|"
    "денес|azi|astăzi|avui|hari ini|hôm nay|今日|今天|오늘|šiandien|šodien|आज": 0,
    "yesterday|gestern|hier|ayer|ieri|ontem|gisteren|wczoraj|вчера|вчора|ўчора|dün|أمس|امس|دیروز|"
    "אתמול|χθες|χτες|igår|i går|í gær|eilen|eile|včera|včeraj|jučer|juče|јуче|tegnap|ahir|kemarin|"
    "hôm qua|昨日|昨天|어제|vakar": 1,
    "vorgestern|avant-hier|anteayer|antier|l'altro ieri|anteontem|eergisteren|przedwczoraj|"
    "позавчера|позавчора|evvelsi gün|i förrgår|toissapäivänä|předevčírem|prekjučer|tegnapelőtt|"
    "alaltăieri|一昨日|前天|그저께": 2,
}
_DAYS_BY_NAME: Final = {
    plain_text(name): days for names, days in _DAY_NAMES.items() for name in names.split("|")
}
_DAY_NAME: Final = re.compile(
    "|".join(
        re.escape(name) if name[0] >= "\u3000" else rf"(?<![^\W_]){re.escape(name)}(?![^\W_])"
        for name in sorted(_DAYS_BY_NAME, key=len, reverse=True)
    )
)
_CLEAR_LENGTH: Final = 5  # letters of a name that is no other word elsewhere
_FILLER_WORDS: Final = (
    "at on of the de del d g year um uhr à a le las los o os às as alle ore om в о u v kl klo "
    "pukul lúc saat h"
)
FILLERS: Final = frozenset(plain_text(_FILLER_WORDS).split())  # words around a day and a time
_NOW_PHRASES: Final = (
    "just now|now|right now|moments ago|a moment ago|a few seconds ago|few seconds ago|"
    "seconds ago|less than a minute ago|gerade eben|soeben|jetzt|vor wenigen sekunden|"
    "à l'instant|à l’instant|maintenant|ahora|ahora mismo|adesso|ora|proprio ora|agora|"
    "agora mesmo|zojuist|teraz|przed chwilą|только что|сейчас|щойно|şimdi|az önce|الآن|"
    "עכשיו|τώρα|just nu|juuri nyt|právě teď|たった今|刚刚|刚才|방금"
)
_NOW: Final = frozenset(plain_text(_NOW_PHRASES).split("|"))
_MAX_WORDS: Final = 12  # of a text in which a phrase is looked for
_WIDTHS: Final = ("", "-short", "-narrow")  # of CLDR's phrases
_COUNTS: Final = {"one": 1, "two": 2}  # of plural forms whose phrase has no number
_NUMBER: Final = re.compile(r"\d+")
_WORD: Final = re.compile(r"[^\W\d_]+")
_WEEK: Final = 7  # days


def age(text: str, language: str = "") -> timedelta | None:
    """Return the age that *text*, in plain text and without a time of day, states; None: none.

    *language* is that of the page, whose phrases are tried before those of all languages.
    """
    if text.strip(" .,!") in _NOW:
        return timedelta()
    if match := _SHORT.fullmatch(text):
        return int(match[1]) * _UNITS[_ENGLISH_UNITS[match[2]]]
    return _english_age(text) or _age_of_phrases(text, language)


def _english_age(text: str) -> timedelta | None:
    """Return the age of a phrase with one or more units, as ``2 days and 3 hours ago``."""
    match = _ENGLISH.search(text)
    if match is None or _NUMBER.search(text[: match.start()] + text[match.end() :]):
        return None
    return sum(_english_items(match[1]), timedelta())


def _age_of_phrases(text: str, language: str) -> timedelta | None:
    known = (language,) if language in LANGUAGES else ()
    phrases = [*_spans(text.replace(".", "").replace("منذ", "قبل"))]  # both are "ago"
    ages = (_age_of_phrase(phrase, names) for names in (known, LANGUAGES) for phrase in phrases)
    return next(filter(None, ages), None)


def day_in(text: str, today: date) -> date | None:
    """Return the day that *text*, in plain text without a time of day, names; None: it names none.

    A weekday is the last one before *today*, as boards write it. A number beside the name may
    belong to another date: then there is none.
    """
    if _NUMBER.search(text):
        return None
    days = _named_days_ago(text)
    if days is None:
        weekdays = {n for word in _WORD.findall(text) if (n := weekday_number(word)) is not None}
        if len(weekdays) != 1:
            return None
        days = (today.weekday() - weekdays.pop()) % _WEEK or _WEEK
    return today - timedelta(days=days)


def _named_days_ago(text: str) -> int | None:
    match = _DAY_NAME.search(text)
    if match is None:
        return None
    rest = _WORD.findall(text[: match.start()] + " " + text[match.end() :])
    is_clear = len(match[0]) >= _CLEAR_LENGTH or match[0][0] >= "\u3000"
    return _DAYS_BY_NAME[match[0]] if is_clear or FILLERS.issuperset(rest) else None


def _english_items(text: str) -> Iterator[timedelta]:
    for number, unit in _ENGLISH_ITEM.findall(text):
        count = int(number) if number.isdecimal() else 0.5 if "half" in number else 1
        yield count * _UNITS[_ENGLISH_UNITS[unit]]


def _spans(text: str) -> Iterator[str]:
    """Yield the runs of words of *text*, the longest first, that leave no digit outside."""
    words = text.replace(",", " ").replace("·", " ").split()[:_MAX_WORDS]
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            outside = [*words[:start], *words[start + length :]]
            if not any(_NUMBER.search(word) for word in outside):
                yield " ".join(words[start : start + length])


def _age_of_phrase(phrase: str, languages: tuple[str, ...]) -> timedelta | None:
    phrases = _phrases(languages)
    for text in (phrase, *_with_one(phrase)):
        numbers = _NUMBER.findall(text)
        if len(numbers) <= 1 and (length := phrases.get(_NUMBER.sub("#", text))):
            return int(numbers[0]) * length if numbers else length
    return None


def _with_one(phrase: str) -> Iterator[str]:
    """Yield *phrase* with 1 instead of one of its words for one: ``il y a 1 heure``."""
    if not _NUMBER.search(phrase):
        for match in _ONE.finditer(phrase):
            yield f"{phrase[: match.start()]}1{phrase[match.end() :]}"


@cache
def _phrases(languages: tuple[str, ...]) -> Mapping[str, timedelta]:
    """Return the lengths of CLDR's phrases: of the unit with ``#`` for a number, else the whole.

    A phrase with different lengths in different languages is left out.
    """
    lengths: defaultdict[str, set[timedelta]] = defaultdict(set)
    for language, unit, width in product(languages, _UNITS, _WIDTHS):
        for plural, pattern in _past_patterns(language, unit + width).items():
            phrase = plain_text(pattern.replace("{0}", "#"))
            count = 1 if "#" in phrase else _COUNTS.get(plural, 0)
            if count and not phrase.startswith("-"):
                lengths[phrase.replace(".", "")].add(count * _UNITS[unit])
    return {phrase: found.pop() for phrase, found in lengths.items() if len(found) == 1}


@cache
def _date_fields(language: str) -> Mapping[str, Any]:
    data: Any = localedata.load(language)
    fields: Mapping[str, Any] = LocaleDataDict(data)["date_fields"]
    return fields


def _past_patterns(language: str, field: str) -> Mapping[str, str]:
    """Return CLDR's patterns by plural form, as ``vor {0} Stunden``; {} if it has none."""
    try:
        patterns: Mapping[str, str] = _date_fields(language)[field]["past"]
    except KeyError:
        return {}
    return patterns
