"""Demands of a case on the events of detection; each returns its complaint, None where it is met.

A demand names a time by ``after_h`` and ``before_h``; without them it is about all of the case.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from alerts.detection.lifecycle import NotifyReason
from bench.reality.alerting.answers import Answer, Case
from bench.reality.alerting.detection import Notice
from core.incident import IncidentKind

Demand: TypeAlias = Callable[[Sequence[Notice], Case], str | None]


def judge(notices: Sequence[Notice], case: Case) -> Answer:
    """Return the answer that *notices* are to *case*: right where every demand is met.

    Raises:
        ValueError: a demand is unknown.
    """
    complaints = list(filter(None, (complaint(notices, want) for want in case["expect"])))
    return Answer(not complaints, "; ".join(complaints) or _listing(notices))


def complaint(notices: Sequence[Notice], want: Case) -> str | None:
    """Return the complaint of one demand, None where it is met.

    Raises:
        ValueError: the demand is unknown.
    """
    demand = DEMANDS.get(want["want"])
    if demand is None:
        raise ValueError(f"unknown demand on events: {want['want']!r}")
    return demand(notices, want)


def _page(notices: Sequence[Notice], want: Case) -> str | None:
    topic = want.get("topic")
    crises = _crises(notices)
    if any(_is_alarm(n) and topic in (None, n.topic) for n in _within(crises, want)):
        return None
    return f"no page on {topic or 'anything'} {_period(want)}: {_listing(crises)}"


def _page_or_souring(notices: Sequence[Notice], want: Case) -> str | None:
    grave = [n for n in notices if n.kind in (IncidentKind.CRISIS, IncidentKind.SOUR)]
    if any(_is_alarm(n) for n in _within(grave, want)):
        return None
    return f"neither page nor souring {_period(want)}: {_listing(notices)}"


def _no_page(notices: Sequence[Notice], want: Case) -> str | None:
    crises = _within(_crises(notices), want)
    return f"a page: {_listing(crises)}" if crises else None


def _not_over(notices: Sequence[Notice], want: Case) -> str | None:
    ends = [n for n in _within(_crises(notices), want) if not _is_alarm(n)]
    return f"over: {_listing(ends)}" if ends else None


def _over(notices: Sequence[Notice], want: Case) -> str | None:
    ends = [n for n in _within(_crises(notices), want) if not _is_alarm(n)]
    return None if ends else f"not over {_period(want)}: {_listing(_crises(notices))}"


def _own_name(notices: Sequence[Notice], want: Case) -> str | None:
    """Complain of a topic over its threshold that is reported under the name of another."""
    crises = _within(_crises(notices), want)
    wrong = [n for n in crises if n.topics and n.topic and n.topic not in n.topics]
    return f"{wrong[0]}, though it is on {', '.join(wrong[0].topics)}" if wrong else None


def _events_at_most(notices: Sequence[Notice], want: Case) -> str | None:
    crises = _within(_crises(notices), want)
    if len(crises) <= want["most"]:
        return None
    return f"{len(crises)} emails to one reader: {_listing(crises)}"


def _incidents(notices: Sequence[Notice], want: Case) -> str | None:
    count = len({n.opened for n in _crises(notices) if _is_alarm(n)})
    return None if count >= want["least"] else f"incidents: {count} instead of {want['least']}"


DEMANDS: Final[Mapping[str, Demand]] = {
    "page": _page,
    "any": _page_or_souring,
    "no page": _no_page,
    "not over": _not_over,
    "over": _over,
    "own name": _own_name,
    "events at most": _events_at_most,
    "incidents": _incidents,
}


def _crises(notices: Iterable[Notice]) -> list[Notice]:
    return [notice for notice in notices if notice.kind is IncidentKind.CRISIS]


def _within(notices: Iterable[Notice], want: Case) -> list[Notice]:
    first, last = want.get("after_h", float("-inf")), want.get("before_h", float("inf"))
    return [notice for notice in notices if first <= notice.at_h <= last]


def _is_alarm(notice: Notice) -> bool:
    return notice.reason is not NotifyReason.RESOLVED


def _period(want: Case) -> str:
    return f"from {want.get('after_h', 'the start')} h to {want.get('before_h', 'the end')} h"


def _listing(notices: Sequence[Notice]) -> str:
    return ", ".join(map(str, notices)) or "no event"
