"""The invented market: its makers, places and voices, and the drafts that stories are told in."""

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
REGULAR_COUNT: Final = 260  # accounts of a place that write again and again


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """One maker of e-bikes, which a watch listens for."""

    slug: str
    name: str
    kind: str
    words: tuple[str, ...]  # one of them stands in each post about it
    per_day: float  # posts on an average day
    models: tuple[str, ...]

    @property
    def query(self) -> str:
        """The watch's query."""
        return " OR ".join(f'"{word}"' if " " in word else word for word in self.words)

    def is_named_in(self, text: str) -> bool:
        """Whether *text* is about this maker."""
        return any(word in text.lower() for word in self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """One public site."""

    site: str
    kind: SiteKind
    shares: dict[str, float]  # language -> weight among the places that speak it


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A post before it has a number and a parent, with what only the truth may know."""

    at: datetime
    venue: Venue
    author: str
    text: str
    language: str
    mood: Mood
    watch: str | None  # slug; None: about no maker
    thread: str  # posts of one thread key in one place answer one another
    story: str = "ordinary"
    is_article: bool = False  # on a blog: a post of its own, not a comment


@dataclass(slots=True, kw_only=True)
class Market:
    """All that the tellers of stories share; every draw comes from its one *rng*."""

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
        """A place where *language* is spoken, by weight."""
        candidates = [p for p in self.venues.values() if language in p.shares]
        return self.rng.choices(candidates, [p.shares[language] for p in candidates])[0]

    def new_voice(self) -> str:
        """An account that nobody has used yet."""
        names = self.grammars["en"]
        while True:
            name = names.sentence("account", number=str(self.rng.randrange(10, 1000)))
            if name not in self._names:
                self._names.add(name)
                return name

    def regular_voice(self, venue: Venue) -> str:
        """Mostly one of the regulars of *place*, of whom a few write much; else somebody new."""
        if self.rng.random() < 0.3:  # noqa: PLR2004 - three in ten are strangers
            return self.new_voice()
        if venue.site not in self._regulars:
            self._regulars[venue.site] = [self.new_voice() for _ in range(REGULAR_COUNT)]
        return self._regulars[venue.site][int(REGULAR_COUNT * self.rng.random() ** 2)]

    def draft(self, maker: Maker, at: datetime, text: str, story: str, **more: Any) -> Draft:
        """A post of *story* about *maker*, by default positive, English and by a fresh voice.

        *more* are further fields of :class:`Draft`.
        """
        fields = {"language": "en", "mood": "positive", "thread": story, **more}
        fields["venue"] = more.get("venue") or self.venue_for(fields["language"])
        fields["author"] = more.get("author") or self.new_voice()
        return Draft(at=at, text=text, story=story, watch=maker.slug, **fields)

    def compose(self, maker: Maker, language: str, *rules: str) -> str:
        """One sentence of each of *rules*, about *maker*, who is named."""
        grammar, names = self.grammars[language], self.name_bindings(maker)
        text = " ".join(grammar.sentence(rule, **names) for rule in rules)
        return self.with_name(maker, language, text, names)

    def with_name(self, maker: Maker, language: str, text: str, names: dict[str, str]) -> str:
        """*text* as it is where it names *maker*; else with the name put to it."""
        if maker.is_named_in(text):
            return text
        return self.grammars[language].sentence("sign", text=text, **names)

    def name_bindings(self, maker: Maker) -> dict[str, str]:
        """What binds ``brand`` and ``model`` in a sentence about *maker*."""
        return {"brand": maker.name, "model": self.rng.choice(maker.models)}
