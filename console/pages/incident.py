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

from alerts.channel import Recipient
from alerts.messages.brief import BriefFacts, brief_context
from alerts.messages.brief_facts import CHART_SPAN, IncidentCase, collect_facts
from alerts.messages.completing import load_completeness
from alerts.messages.quotes import representative_mentions
from alerts.messages.reasons import explain
from console import csrf, responses
from console.context import AppContext
from console.layout import LINKS, DisplayNames, build_layout, load_display_names
from console.pages.acknowledging import acknowledge
from console.responses import AppContextDep
from console.search.mention_cards import CardBuilder
from console.serializers import incident_row
from core.incident import Incident, IncidentState
from core.watch import Watch
from store.alerts import incidents
from store.alerts.people import OPERATOR
from templates.contexts.console import Action, IncidentPage, TimelineEntry
from templates.contexts.layout import Layout, MentionCard
from templates.i18n import msg

router = APIRouter()
MAX_CARDS: Final = 12  # mentions that stand for all of them
_MESSAGE_NAMES: Final = {"worsened": "updated", "grew": "updated", "noticed": "opened"}


@router.get("/incidents/{number:int}")
def page(app_context: AppContextDep, number: int) -> Response:
    """The same values as in the letter of this revision, as of now."""
    now = app_context.now()
    with app_context.database.read() as tx:
        incident = _incident(tx, number)
        display_names = load_display_names(tx)
        facts = _brief_facts(tx, incident, display_names, app_context)
        context = IncidentPage(
            zone=app_context.zone,
            locale=app_context.locale,
            layout=_without_alarm(build_layout(tx, "incidents", now=now), number),
            json_url=f"{LINKS.incident(number)}.json",
            brief=brief_context(facts, _page_reader(app_context), _page_end(incident, now)),
            events=tuple(_timeline_entry(e) for e in incidents.events(tx, number)),
            actions=tuple(_actions(incident)),
            results=_results(facts, display_names),
        )
    return responses.html_response("incident", context)


@router.get("/incidents/{number:int}.json")
def page_json(app_context: AppContextDep, number: int) -> Response:
    """The contract's ``incident`` and its events."""
    with app_context.database.read() as tx:
        row = incident_row(_incident(tx, number)) | {"events": incidents.events(tx, number)}
    return responses.json_response("incident", row, now=app_context.now())


@router.post("/incidents/{number:int}/acknowledge")
def acknowledge_incident(
    app_context: AppContextDep, number: int, request: Request, body: Annotated[bytes, Body()] = b""
) -> Response:
    """Somebody has seen it; pressed twice it changes nothing."""
    token = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0]
    if not (csrf.is_same_origin(request.headers) and csrf.is_valid_token(token, request.url.path)):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    with app_context.database.write() as tx:
        acknowledge(tx, _incident(tx, number), person=OPERATOR, now=app_context.now())
    return RedirectResponse(LINKS.incident(number), HTTPStatus.SEE_OTHER)


def _incident(tx: Connection, incident_id: int) -> Incident:
    incident = incidents.get(tx, incident_id)
    if incident is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return incident


def _brief_facts(
    tx: Connection, incident: Incident, display_names: DisplayNames, app_context: AppContext
) -> BriefFacts:
    now = app_context.now()
    until = _page_end(incident, now)
    topic = display_names.topic(incident.topic) if incident.topic else None
    case = IncidentCase(incident=incident, watch=_watch(incident, display_names), topic=topic)
    since = min(incident.onset, until - CHART_SPAN)
    with_quality = load_completeness(
        tx, since=since, until=until, now=now, quality=app_context.quality
    )
    return collect_facts(tx, case, with_quality, explain=explain, now=until)


def _without_alarm(layout: Layout, incident_id: int) -> Layout:
    """The page of an incident need not be told of it."""
    alarms = (alarm for alarm in layout.alarms if alarm.url != LINKS.incident(incident_id))
    return replace(layout, alarms=tuple(alarms))


def _page_end(incident: Incident, now: datetime) -> datetime:
    """The moment that the page tells of: of an incident that is over, its end."""
    return incident.resolved or now


def _watch(incident: Incident, display_names: DisplayNames) -> Watch:
    slug = incident.watch
    placeholder = Watch(slug=slug, name=slug, kind="brand", query="", revision="")
    return display_names.watches.get(slug, placeholder)


def _page_reader(app_context: AppContext) -> Recipient:
    """A letter to whoever reads the page: its links lead nowhere but here."""
    return Recipient(
        sender="", address="", base_url="", zone=app_context.zone, locale=app_context.locale
    )


def _timeline_entry(event: Mapping[str, Any]) -> TimelineEntry:
    reason = str(event["reason"])
    sentence = msg(f"incident.{_MESSAGE_NAMES.get(reason, reason)}")
    return TimelineEntry(at=event["at"], sentence=sentence, person=event["person"] or "")


def _actions(incident: Incident) -> Iterator[Action]:
    if incident.state is IncidentState.OPEN:
        url = f"{LINKS.incident(incident.id)}/acknowledge"
        yield Action(label=msg("incident.acknowledge"), url=url, token=csrf.create_token(url))


def _results(facts: BriefFacts, display_names: DisplayNames) -> tuple[MentionCard, ...]:
    watch, duplicate_counts = facts.incident.watch, facts.duplicate_counts
    cards = CardBuilder(names=display_names, duplicate_counts=duplicate_counts, watch=watch)
    examples = representative_mentions(
        facts.mentions, duplicate_counts, watch=watch, limit=MAX_CARDS
    )
    return tuple(cards.build(mention) for mention in examples)
