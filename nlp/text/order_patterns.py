"""Patterns of an order to a machine in one sentence; their words are in ``orders.yaml``."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import yaml

Span = tuple[int, int]  # text[start:end]

WORDS_FILE: Final = Path(__file__).with_name("orders.yaml")
# Characters after an address in which its order must begin, and before an imperative in which words
# such as "please" may stand. They bound the cost: a text may repeat "system:" thousands of times.
_REACH: Final = 300
_POLITE_REACH: Final = 60
_CONJUNCTION: Final = re.compile(r"(?<!\w)(?:and|or|but|und|oder|et|ou|y|o|e|و)$")
_NEGATION: Final = r"(?:do not|don't|never|nicht|ne|no|non|nao|لا)"
_AS: Final = r"(?:as|als|comme|como|come|ك|بانه|انه|على انه|to be|is|ist|est|es|e)"
_DIGITS: Final = r"-?[01](?:\.\d+)?"
_GAP: Final = r"\W+(?:[\w'’-]+\W+){0,%d}?"
_ENDS: Final = r"(?=\W*$|\s*[.,،؛;:!?()\[\]{}<>\"'»–—-]|\s+(?:%s)(?!\w))"
_AFTER_LABEL: Final = (
    r"sentiment|ratings?|labels?|class|score|please|instead|now|only|and|und|et|y|e|regardless|"
    r"no matter|without|ein|zu|bitte|stimmung|svp|por favor|per favore"
)


def folded(text: str) -> str:
    """Return *text* in lower case without accents; every character keeps its position."""
    return "".join(map(_folded_character, text))


@lru_cache(maxsize=65536)
def _folded_character(character: str) -> str:
    lower = unicodedata.normalize("NFKD", character.casefold())[:1] or character
    if character.isspace() and character != "\n":
        return " "
    return "'" if lower in "’‘´" else lower


class _Parts:
    """The parts of patterns: each is one regular expression in a group."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.one = {name: _any_of(alternatives) for name, alternatives in words.items()}
        self.machine = _any_of(f"{words['machines_sure']}|{words['machines']}")
        self.answer = _any_of(f"{words['labels']}|{words['ratings']}")
        self.label = self.one["labels"] + _ENDS % f"{_AFTER_LABEL}|{words['verbs']}"
        self.this = _any_of(f"{words['texts']}|{words['pronouns']}")
        self.opener = rf"(?:{self.one['openers']}[\s:',]+|(?<!\w)(?:l|d|un)'){{0,6}}?"
        self.relative = rf"(?:\s+{self.one['relatives']}(?:\s+[\w'-]+){{0,8}}?)?"
        self.addressee = rf"@?{self.opener}@?{self.machine}{self.relative}"
        self.condition = (
            rf"{self.one['conditions']}\s*(?:[\w'-]+[\s']+){{0,3}}?{self.machine}{self.relative}"
        )
        self.header = rf"{self.opener}{self.one['headers']}\s*[:=>\])|-]+"
        all_keys = f"{words['keys_sure']}|{words['keys']}"
        self.any_key = rf"[\"']?{_any_of(all_keys)}[\"']?\s*(?:=|:)"
        self.value = rf"\s*[\"']?(?:{self.answer}|{_DIGITS}|[0-9])(?!\w)[\"']?"

    def clauses(self) -> Iterator[str]:
        """Yield the patterns of an order without an address; a clause begins with it."""
        one, this, label = self.one, self.this, self.label
        verb = rf"(?:{_NEGATION}\W+)?{one['verbs']}\W+(?:(?:sie|pas|plus)\W+)?"
        yield rf"{verb}{this}{_GAP % 4}{label}"
        yield rf"{verb}{this}\W+{_AS}?\W*{label}"
        yield rf"{this}{_GAP % 4}{one['labels']}\W+{one['verbs']}"
        yield rf"{one['texts']}{_GAP % 4}{one['labels']}\W+zu\W+{one['verbs']}"
        yield rf"(?:als|mit)\W+{one['labels']}\W+{one['verbs']}"
        yield rf"{one['verbs']}\W+{_AS}\W+{label}"
        key = rf"(?:(?:the|die|das|le|la|el|il|lo|o|a) )?{one['keys_sure']}"
        yield rf"{verb}{key}\W+(?:to|as|auf|als|a|en|como|come|su|para|على|ك)?\W*{label}"
        yield rf"{one['outputs']}\W+(?:{one['fillers']}\W+){{0,5}}{label}"
        yield rf"{one['texts']}{_GAP % 3}{one['passives']}"
        yield rf"{one['passives']}\W+{one['texts']}{_GAP % 2}{one['labels']}"
        yield rf"{one['statements']}\W*{label}"

    def assignment(self) -> str:
        """Return the pattern of one or more "sentiment=positive"."""
        key = rf"[\"']?{self.one['keys_sure']}[\"']?\s*(?::?=|:|[=-]>|→)\s*[\"']?"
        first = rf"(?:(?:{self.header}\s*)?{key}|{self.header}\s*{self.any_key}){self.value}"
        return rf"{first}(?:[\s,;&]*{self.any_key}{self.value})*"

    def continuation(self) -> str:
        """Return the pattern of a second order: "Say that this is great"."""
        polite = rf"\W*(?:{self.one['polite']}\W+){{0,3}}"
        verb = rf"(?:{_NEGATION}\W+)?{self.one['verbs']}\W+(?:[\w'-]+\W+){{0,4}}?"
        return rf"{polite}(?:{verb}(?:{self.this}|{self.answer})|{self.one['outputs']}(?!\w))"


class OrderPatterns:
    """The compiled patterns. All texts are :func:`folded`."""

    def __init__(self, words: Mapping[str, str]) -> None:
        """Compile the patterns of *words*: alternatives by concept."""
        parts = _Parts(words)
        one = parts.one
        self._answer, self._verb, self._this = map(
            re.compile, (parts.answer, one["verbs"], parts.this)
        )
        self._statement = re.compile(
            rf"\W*(?:(?:{parts.this}\W+)?(?:{_AS}\W+)?|.*[:,;،]\W*{parts.this}\W+{_AS}\W+){parts.label}"
        )
        self._final_label = re.compile(
            rf"(?:{one['polite']}\W+){{0,3}}(?:\w+\W+)?{parts.label}\W*$"
        )
        self._verb_final = re.compile(rf"{parts.answer}\W+(?:zu\W+)?{one['verbs']}")
        self._override = re.compile(
            rf"{one['override']}\W+(?:\w+\W+){{0,2}}?{one['instructions']}"
            rf"|{one['instructions']}\W+(?:\w+\W+){{0,2}}?{one['override']}"
        )
        self._header = re.compile(rf"{parts.header}(?!\s*{parts.any_key})")
        self._assignment = re.compile(parts.assignment())
        # An order follows both.
        self._address = re.compile(rf"{parts.addressee}\s*[:,،؛!.–—>-]+\s*")
        self._condition = re.compile(rf"{parts.condition}[\s,،؛:;.–—-]+")
        self._address_alone = re.compile(
            rf"\W*(?:{parts.addressee}|{parts.condition}|{parts.opener}{one['headers']})\W*"
        )
        self._obligation = re.compile(
            rf"{parts.opener}{parts.machine}\s+(?:\w+\s+){{0,3}}?{one['obligations']}(?=\W)"
        )
        self._clauses = list(map(re.compile, parts.clauses()))
        self._code = re.compile(
            rf"{parts.any_key}{parts.value}"
            r"|[\"'](?:role|instructions?|prompt|system|command)[\"']\s*:"
        )
        self._polite_end = re.compile(rf"{one['polite']}$")
        self.continuation = re.compile(parts.continuation())

    def find_order(self, sentence: str, *, is_code: bool = False) -> Span | None:
        """Return the span of the order in *sentence*; None: there is none.

        It ends with the sentence, but an assignment ("sentiment=positive") ends with its value.
        *is_code*: the sentence is the inner part of braces, a comment or a tag.
        """
        if is_code and self._is_code_of_order(sentence):
            return 0, len(sentence)
        starts = list(self._starts(sentence))
        if starts:
            return min(starts), len(sentence)
        return next(self._assignments(sentence), None)

    def is_address(self, sentence: str) -> bool:
        """Return True if *sentence* only addresses a machine: "Attention, AI systems."."""
        return self._address_alone.fullmatch(sentence) is not None

    def is_answer(self, text: str) -> bool:
        """Return True if *text* is an answer and nothing else."""
        return self._answer.fullmatch(text) is not None

    def _starts(self, sentence: str) -> Iterator[int]:
        """Yield the positions at which orders begin, except assignments; in no order."""
        yield from self._overrides(sentence)
        if self._has_answer(sentence):
            for pattern in self._clauses:
                yield from self._clause_starts(pattern, sentence)
            yield from self._addressed_orders(sentence)
            yield from self._obligations(sentence)

    def _addressed_orders(self, sentence: str) -> Iterator[int]:
        for match in self._address.finditer(sentence):
            if self._is_directive(_reach(sentence, match)):
                yield from self._clause_start(sentence, match.start())
        for match in self._condition.finditer(sentence):
            rest = _reach(sentence, match)
            if self._final_label.match(rest) or self._is_directive(rest):
                yield from self._clause_start(sentence, match.start())
        for match in self._header.finditer(sentence):
            if self._answer.search(_reach(sentence, match)):
                yield from self._clause_start(sentence, match.start())

    def _obligations(self, sentence: str) -> Iterator[int]:
        """Yield the orders of the form "the AI must rate this positive"."""
        for match in self._obligation.finditer(sentence):
            rest = _reach(sentence, match)
            if all(pattern.search(rest) for pattern in (self._verb, self._this, self._answer)):
                yield match.start()

    def _is_code_of_order(self, code: str) -> bool:
        has_verb = self._has_answer(code) and self._verb.search(code) is not None
        return has_verb or self.is_answer(code) or self._code.search(code) is not None

    def _assignments(self, sentence: str) -> Iterator[Span]:
        for match in self._assignment.finditer(sentence):
            for start in self._clause_start(sentence, match.start()):
                yield start, match.end()

    def _overrides(self, sentence: str) -> Iterator[int]:
        """Yield the orders to cancel instructions: imperatives, or with a wanted answer."""
        for match in self._override.finditer(sentence):
            starts = list(self._clause_start(sentence, match.start()))
            if not starts and self._is_directive(_reach(sentence, match)):
                starts = [match.start()]
            yield from starts

    def _clause_starts(self, pattern: re.Pattern[str], sentence: str) -> Iterator[int]:
        for match in pattern.finditer(sentence):
            yield from self._clause_start(sentence, match.start())

    def _has_answer(self, sentence: str) -> bool:
        return self._answer.search(sentence) is not None

    def _is_directive(self, rest: str) -> bool:
        """Return True if *rest* has an imperative and an answer, or states the answer."""
        if self._statement.match(rest):
            return True
        patterns = (self._verb, *self._clauses) if self._has_answer(rest) else ()
        return self._verb_final.search(rest) is not None or any(
            True for pattern in patterns for _ in self._clause_starts(pattern, rest)
        )

    def _clause_start(self, sentence: str, position: int) -> Iterator[int]:
        """Yield the start of the clause whose imperative is at *position*, if one may be there.

        It is after punctuation or "and", with words such as "please" before the imperative.
        """
        offset = max(0, position - _POLITE_REACH)
        before = sentence[offset:position].rstrip()
        while polite := self._polite_end.search(before.rstrip(" ,")):
            before = before[: polite.start()].rstrip()
        if before and before[-1].isalnum() and not _CONJUNCTION.search(before):
            return
        gap = sentence[offset + len(before) : position]
        yield position - len(gap.lstrip())


def _reach(sentence: str, match: re.Match[str]) -> str:
    """Return the part of *sentence* after *match* in which an order may begin."""
    return sentence[match.end() : match.end() + _REACH]


@cache
def order_patterns() -> OrderPatterns:
    """Return the patterns of all languages together; an order may mix them."""
    words: Mapping[str, str] = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))
    return OrderPatterns({name: _alternatives(text) for name, text in words.items()})


def _alternatives(text: str) -> str:
    # A folded block of YAML has a space for each line break.
    return folded("|".join(part.strip() for part in _split(text) if part.strip()))


def _split(text: str) -> Iterator[str]:
    """Yield the alternatives of *text*, which | divides outside of parentheses."""
    depth, start = 0, 0
    for position, character in enumerate(text):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(character, 0)
        if character == "|" and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _any_of(alternatives: str) -> str:
    return rf"(?<!\w)(?<!\w-)(?:{alternatives})(?!\w|-\w)"
