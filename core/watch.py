"""Watches, and the topics of the configured taxonomy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic of the configured taxonomy, defined by its sentences; the id is only its name."""

    id: str
    name: str
    sentences: tuple[str, ...]  # one or two that describe it
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A brand, competitor, campaign or issue whose mentions Harken collects."""

    slug: str
    name: str
    kind: str  # brand | competitor | campaign | issue
    query: str  # in the query language
    revision: str  # hash of the query, stored with each match
    topics: tuple[str, ...] = ()  # topic ids to count apart; empty: the whole taxonomy
    purpose: str = ""
    retention_days: int = 365
    zone: str = "UTC"  # IANA name
    products: tuple[str, ...] = ()  # product names to extract from its mentions
    people: tuple[str, ...] = ()  # full names of its spokespeople; no other person is extracted
    # Expected shares of negative, neutral and positive mentions, sum 1; empty: not set.
    prior: tuple[float, ...] = ()
    own_accounts: tuple[str, ...] = ()  # its own accounts, names and sites; config.own_accounts
