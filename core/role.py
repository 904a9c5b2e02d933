"""Roles of authors: who speaks in a mention, and the evidence for it."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """The classes of the head ``role``; they exclude each other.

    Only customers are counted as people who complain or praise; the others spread a story.
    """

    CUSTOMER = "customer"  # a person who speaks for themselves, in a private blog too
    BRAND = "brand"  # the company that the watch is about
    ADVERT = "advert"  # an advertisement or a giveaway
    NEWS = "news"  # a journalist or a news site
    AUTOMATED = "automated"  # a program, such as a weather bot


class RoleOrigin(StrEnum):
    """The evidence for a role; an earlier one overrules those after it."""

    ACCOUNT = "account"  # an own account of a watch, from harken.yaml
    PLATFORM = "platform"  # the platform marks the account
    MODEL = "model"  # the head ``role``
    DEFAULT = "default"  # nothing is known, so it counts as a customer


def likeliest_role(heads: Mapping[str, Mapping[str, float]]) -> Role | None:
    """Return the likeliest role by *heads*, probabilities by head and class; None: no such head."""
    by_class = heads.get("role", {})
    return max((r for r in Role if r in by_class), key=by_class.__getitem__, default=None)
