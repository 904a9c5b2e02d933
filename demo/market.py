"""The invented market: its makers, venues and voices, and the drafts of its posts."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, Final, Literal

from demo.corpus_model import SiteKind
from demo.grammar import Grammar, load_rules, load_yaml

Mood = Literal["negative", "neutral", "positive"]

LANGUAGES: Final = {"en": 0.66, "de": 0.15, "fr": 0.1, "es": 0.09}  # share of ordinary posts
TOPICS: Final = {  # share of ordinary posts about a maker
    "battery": 0.2,
    "delivery": 0.15,
    "price": 0.14,
    "service": 0.16,
    "app": 0.11,
    "ride": 0.16,
    "safety": 0.08,
}
REGULAR_COUNT: Final = 260  # accounts of a venue that write repeatedly


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """One maker of e-bikes, with a watch of its own."""

    slug: str
    name: str
    kind: str
    words: tuple[str, ...]  # each post about it contains one of them
    per_day: float  # posts on an average day
    models: tuple[str, ...]

    @property
    def query(self) -> str:
        """The query of its watch."""
        return " OR ".join(f'"{word}"' if " " in word else word for word in self.words)

    def is_named_in(self, text: str) -> bool:
        """Return whether *text* names this maker."""
        return any(word in text.lower() for word in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """One public site."""

    site: str
    kind: SiteKind
    shares: dict[str, float]  # language -> weight among the venues of that language


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A post without number and parent, with the facts that only truth.json states."""

    at: datetime
    venue: Venue
    author: str
    text: str
    language: str
    mood: Mood
    watch: str | None  # slug; None: about no maker
    thread: str  # posts of one thread key in one venue answer each other
    story: str = "ordinary"
    is_article: bool = False  # on a blog: a post of its own, not a comment
    is_bot: bool = False  # a program posts it


@dataclass(slots=True, kw_only=True)
class Market:
    """The state that all stories share; every random draw comes from its *rng*."""

    rng: Random
    now: datetime
    makers: dict[str, Maker] = field(init=False)
    venues: dict[str, Venue] = field(init=False)
    grammars: dict[str, Grammar] = field(init=False)
    _names: set[str] = field(default_factory=set)
    _regulars: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        makers = [Maker(**row) for row in load_yaml("watches")]
        self.makers = {maker.slug: maker for maker in makers}
        self.venues = {row["site"]: Venue(**row) for row in load_yaml("sites")}
        stories = ("names", "crisis", "stories")
        self.grammars = {lang: Grammar(load_rules(*stories, lang), self.rng) for lang in LANGUAGES}

    def venue_for(self, language: str) -> Venue:
        """Return a random venue of *language*, by weight."""
        candidates = [p for p in self.venues.values() if language in p.shares]
        return self.rng.choices(candidates, [p.shares[language] for p in candidates])[0]

    def new_voice(self) -> str:
        """Return an unused account name."""
        names = self.grammars["en"]
        while True:
            name = names.sentence("account", number=str(self.rng.randrange(10, 1000)))
            if name not in self._names:
                self._names.add(name)
                return name

    def regular_voice(self, venue: Venue) -> str:
        """Return a regular of *venue* in seven of ten cases, else a new account.

        A few regulars write most of the posts.
        """
        if self.rng.random() < 0.3:  # noqa: PLR2004 - three in ten are strangers
            return self.new_voice()
        if venue.site not in self._regulars:
            self._regulars[venue.site] = [self.new_voice() for _ in range(REGULAR_COUNT)]
        return self._regulars[venue.site][int(REGULAR_COUNT * self.rng.random() ** 2)]

    def draft(self, maker: Maker, at: datetime, text: str, story: str, **more: Any) -> Draft:
        """Return a post of *story* about *maker*; by default positive, English, by a new account.

        *more* are further fields of :class:`Draft`.
        """
        fields = {"language": "en", "mood": "positive", "thread": story, **more}
        fields["venue"] = more.get("venue") or self.venue_for(fields["language"])
        fields["author"] = more.get("author") or self.new_voice()
        return Draft(at=at, text=text, story=story, watch=maker.slug, **fields)

    def compose(self, maker: Maker, language: str, *rules: str) -> str:
        """Return one sentence of each of *rules*, with the name of *maker*."""
        grammar, names = self.grammars[language], self.name_bindings(maker)
        text = " ".join(grammar.sentence(rule, **names) for rule in rules)
        return self.with_name(maker, language, text, names)

    def with_name(self, maker: Maker, language: str, text: str, names: dict[str, str]) -> str:
        """Return *text*, with the name of *maker* added if it is missing."""
        if maker.is_named_in(text):
            return text
        return self.grammars[language].sentence("sign", text=text, **names)

    def name_bindings(self, maker: Maker) -> dict[str, str]:
        """Return values of ``brand`` and ``model`` for a sentence about *maker*."""
        return {"brand": maker.name, "model": self.rng.choice(maker.models)}
