"""``/incidents/N``: the brief as a page, what happened since, and the button that says "seen"."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Body, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from alerts.channel import Envelope
from alerts.messages.brief import BriefFacts, brief_context
from alerts.messages.brief_facts import CHART, Case, gather
from alerts.messages.completing import completeness
from alerts.messages.quotes import representative
from alerts.messages.reasons import explain
from console import csrf, responses
from console.context import Desk
from console.layout import LINKS, Names, names, shell
from console.pages.acknowledging import acknowledge
from console.responses import At
from console.search.mention_cards import Cards
from console.serializers import incident_row
from core.incident import Incident, Phase
from core.watch import Watch
from store.alerts import incidents
from store.alerts.people import OPERATOR
from templates.contexts.console import Action, Event, IncidentPage
from templates.contexts.layout import Result, Shell
from templates.i18n import phrase

router = APIRouter()
MOST: Final = 12  # mentions that stand for all of them
_SENTENCES: Final = {"worsened": "updated", "grew": "updated", "noticed": "opened"}


@router.get("/incidents/{number:int}")
def page(desk: At, number: int) -> Response:
    """The same values as in the letter of this revision, as of now."""
    now = desk.now()
    with desk.record.read() as tx:
        incident = _incident(tx, number)
        called = names(tx)
        evidence = _evidence(tx, incident, called, desk)
        context = IncidentPage(
            zone=desk.zone,
            locale=desk.locale,
            shell=_around(shell(tx, "incidents", now=now), number),
            json_url=f"{LINKS.incident(number)}.json",
            brief=brief_context(evidence, _reader(desk), _until(incident, now)),
            events=tuple(_event(e) for e in incidents.events(tx, number)),
            actions=tuple(_actions(incident)),
            results=_results(evidence, called),
        )
    return responses.page("incident", context)


@router.get("/incidents/{number:int}.json")
def twin(desk: At, number: int) -> Response:
    """The contract's ``incident`` and its events."""
    with desk.record.read() as tx:
        row = incident_row(_incident(tx, number)) | {"events": incidents.events(tx, number)}
    return responses.twin("incident", row, now=desk.now())


@router.post("/incidents/{number:int}/acknowledge")
def seen(desk: At, number: int, request: Request, body: Annotated[bytes, Body()] = b"") -> Response:
    """Somebody has seen it; pressed twice it changes nothing."""
    said = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0]
    if not (csrf.is_own_site(request.headers) and csrf.is_token(said, request.url.path)):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    with desk.record.write() as tx:
        acknowledge(tx, _incident(tx, number), person=OPERATOR, now=desk.now())
    return RedirectResponse(LINKS.incident(number), HTTPStatus.SEE_OTHER)


def _incident(tx: Connection, number: int) -> Incident:
    found = incidents.get(tx, number)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return found


def _evidence(tx: Connection, incident: Incident, called: Names, desk: Desk) -> BriefFacts:
    now = desk.now()
    until = _until(incident, now)
    topic = called.topic(incident.topic) if incident.topic else None
    case = Case(incident=incident, watch=_watch(incident, called), topic=topic)
    since = min(incident.onset, until - CHART)
    complete = completeness(tx, since=since, until=until, now=now, quality=desk.quality)
    return gather(tx, case, complete, explain=explain, now=until)


def _around(page: Shell, number: int) -> Shell:
    """The page of an incident need not be told of it."""
    others = (alarm for alarm in page.alarms if alarm.url != LINKS.incident(number))
    return replace(page, alarms=tuple(others))


def _until(incident: Incident, now: datetime) -> datetime:
    """The moment that the page tells of: of an incident that is over, its end."""
    return incident.resolved or now


def _watch(incident: Incident, called: Names) -> Watch:
    slug = incident.watch
    unlisted = Watch(slug=slug, name=slug, kind="brand", query="", revision="")
    return called.watches.get(slug, unlisted)


def _reader(desk: Desk) -> Envelope:
    """A letter to whoever reads the page: its links lead nowhere but here."""
    return Envelope(sender="", recipient="", base_url="", zone=desk.zone, locale=desk.locale)


def _event(event: Mapping[str, Any]) -> Event:
    reason = str(event["reason"])
    sentence = phrase(f"incident.{_SENTENCES.get(reason, reason)}")
    return Event(at=event["at"], sentence=sentence, who=event["person"] or "")


def _actions(incident: Incident) -> Iterator[Action]:
    if incident.state is Phase.OPEN:
        url = f"{LINKS.incident(incident.id)}/acknowledge"
        yield Action(label=phrase("incident.acknowledge"), url=url, token=csrf.token(url))


def _results(evidence: BriefFacts, called: Names) -> tuple[Result, ...]:
    watch, copies = evidence.incident.watch, evidence.copies
    cards = Cards(names=called, alike=copies, watch=watch)
    chosen = representative(evidence.mentions, copies, watch=watch, most=MOST)
    return tuple(cards.card(mention) for mention in chosen)
