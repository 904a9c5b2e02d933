"""Demands of a case on its emails; each returns its complaint, None where it is met."""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from bench.reality.alerting.answers import Answer, Case
from bench.reality.alerting.clock import at_hour
from bench.reality.alerting.emails import Email, Outbox
from bench.reality.alerting.wording import find

Demand: TypeAlias = Callable[[Outbox, Case], str | None]

TOLERANCE: Final = 0.1
"""Share of the true number of people by which the number in an email may differ."""

SLACK: Final = 2
"""People by which it may differ beyond that share."""

_PEOPLE: Final = re.compile(r"by ([\d,]+) (?:voices?|people|person)\)")
"""The sentence of an alert with the number of people since the beginning of its incident."""


def judge(state: Outbox, case: Case) -> Answer:
    """Return the answer that the emails are to *case*: right where every demand is met.

    Raises:
        ValueError: a demand is unknown.
    """
    complaints = list(filter(None, (complaint(state, want) for want in case["expect"])))
    return Answer(not complaints, "; ".join(complaints) or _listing(state))


def complaint(state: Outbox, want: Case) -> str | None:
    """Return the complaint of one demand, None where it is met.

    Raises:
        ValueError: the demand is unknown.
    """
    demand = DEMANDS.get(want["want"])
    if demand is None:
        raise ValueError(f"unknown demand on emails: {want['want']!r}")
    return demand(state, want)


def _right_number(state: Outbox, want: Case) -> str | None:
    """Complain where the last alert gives another number of people than there were."""
    briefs = state.of_kind("brief")
    if not briefs:
        return "no alert"
    last = briefs[-1]
    match = _PEOPLE.search(last.text)
    if match is None:
        return f"the alert of {last.at_h:.1f} h gives no number of people"
    count, people = int(match[1].replace(",", "")), _people(state, want, last.at_h)
    if abs(count - people) <= TOLERANCE * people + SLACK:
        return None
    return f"the alert of {last.at_h:.1f} h counts {count} people instead of {people}"


def _people(state: Outbox, want: Case, at_h: float) -> int:
    """Count the authors of negative mentions on the topic from the onset to the email."""
    first, last = at_hour(want["onset_h"]), at_hour(min(at_h, want.get("until_h", at_h)))
    return len(
        {
            mention.author
            for mention in state.mentions
            if mention.is_negative
            and want["topic"] in (None, *mention.topics)
            and first <= at_hour(mention.at_h) <= last
        }
    )


def _no_such_sentence(state: Outbox, want: Case) -> str | None:
    first = want.get("after_h", float("-inf"))
    for email in state.of_kind(want["in"]):
        text = email.subject if want.get("subject") else email.text
        match = find(want["pattern"], text)
        if match and email.at_h >= first:
            return f"the {email.kind} of {email.at_h:.1f} h says {match[0]!r}"
    return None


def _briefs_at_least(state: Outbox, want: Case) -> str | None:
    count = len(_briefs_within(state, want))
    return None if count >= want["least"] else f"{count} alerts {_period(want)}"


def _briefs_at_most(state: Outbox, want: Case) -> str | None:
    briefs = _briefs_within(state, want)
    if len(briefs) <= want["most"]:
        return None
    subjects = sorted({email.subject for email in briefs})
    return f"{len(briefs)} alerts {_period(want)}: {', '.join(subjects)}"


def _some_brief(state: Outbox, want: Case) -> str | None:
    return None if _briefs_within(state, want) else f"no alert {_period(want)}"


def _one_at_a_time(state: Outbox, _: Case) -> str | None:
    times = [email.at_h for email in state.of_kind("brief")]
    repeats = [at_h for at_h in times if times.count(at_h) > 1]
    return f"{times.count(repeats[0])} alerts at {repeats[0]:.1f} h" if repeats else None


def _all_over(state: Outbox, _: Case) -> str | None:
    numbers = ", ".join(map(str, state.open_incidents))
    return f"open incidents: {numbers}" if numbers else None


def _digests_of(state: Outbox, want: Case) -> str | None:
    subjects = [email.subject for email in state.of_kind("digest")]
    present = {slug for slug in want["watches"] if any(slug.title() in s for s in subjects)}
    absent = sorted(set(want["watches"]) - present)
    return f"no digest of {', '.join(absent)}" if absent else None


DEMANDS: Final[Mapping[str, Demand]] = {
    "voices true": _right_number,
    "no such sentence": _no_such_sentence,
    "updates": _briefs_at_least,
    "letters at most": _briefs_at_most,
    "brief": _some_brief,
    "one letter at a time": _one_at_a_time,
    "closed": _all_over,
    "digests of": _digests_of,
}


def _briefs_within(state: Outbox, want: Case) -> list[Email]:
    briefs = state.of_kind("brief")
    return [email for email in briefs if want["after_h"] <= email.at_h <= want["before_h"]]


def _period(want: Case) -> str:
    return f"from {want['after_h']} h to {want['before_h']} h"


def _listing(state: Outbox) -> str:
    lines = [f"{email.at_h:.1f} h {email.subject}" for email in state.emails]
    return "; ".join(lines) or "no email"
