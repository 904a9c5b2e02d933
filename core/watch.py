"""What Harken listens for: watches, and the topics of the configured taxonomy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic of the configured taxonomy; the sentences define it, the id only names it."""

    id: str
    name: str
    sentences: tuple[str, ...]  # one or two that describe it
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A brand, competitor, campaign or issue that Harken listens for."""

    slug: str
    name: str
    kind: str  # brand | competitor | campaign | issue
    query: str  # in the query language
    revision: str  # changes with the query: which query a match was made by
    topics: tuple[str, ...] = ()  # topic ids to count apart; empty: all of the taxonomy
    purpose: str = ""
    retention_days: int = 365
    zone: str = "UTC"  # IANA name
    products: tuple[str, ...] = ()  # names that mentions of it may say
    people: tuple[str, ...] = ()  # who speaks for it in public; nobody else is told by name
