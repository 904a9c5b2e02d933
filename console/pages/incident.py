"""``/incidents/N``: the brief as a page, the timeline, and the button that acknowledges."""

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
from alerts.messages.completeness import load_completeness
from alerts.messages.keyness import explain
from alerts.messages.quotes import representative_mentions
from console import csrf, responses
from console.context import AppContext
from console.layout import LINKS, DisplayNames, build_layout, load_display_names
from console.responses import AppContextDep, RowNumber
from console.search.mention_cards import CardBuilder
from console.serializers import incident_row
from core.incident import Incident, IncidentState
from core.watch import Watch
from store.alerts import incidents, people
from templates.contexts.console import Action, IncidentPage, TimelineEntry
from templates.contexts.layout import Layout, MentionCard
from templates.i18n import msg

router = APIRouter()
MAX_CARDS: Final = 12  # representative mentions
_MESSAGE_NAMES: Final = {"worsened": "updated", "grew": "updated", "noticed": "opened"}


@router.get("/incidents/{number:int}")
def page(app_context: AppContextDep, number: RowNumber) -> Response:
    """Return the incident's page: the brief of its current revision, computed now."""
    now = app_context.now()
    with app_context.database.read() as tx:
        incident = _incident(tx, number)
        display_names = load_display_names(tx)
        layout = build_layout(tx, "incidents", now=now, names=display_names)
        facts = _brief_facts(tx, incident, display_names, app_context)
        context = IncidentPage(
            zone=app_context.zone,
            locale=app_context.locale,
            layout=_without_alarm(layout, number),
            json_url=f"{LINKS.incident(number)}.json",
            brief=brief_context(facts, _page_reader(app_context), _page_end(incident, now)),
            events=tuple(_timeline_entry(e) for e in incidents.events(tx, number)),
            actions=tuple(_actions(incident)),
            results=_results(facts, display_names),
        )
    return responses.html_response("incident", context)


@router.get("/incidents/{number:int}.json")
def page_json(app_context: AppContextDep, number: RowNumber) -> Response:
    """Return the ``incident`` of docs/json.md and its events."""
    with app_context.database.read() as tx:
        row = incident_row(_incident(tx, number)) | {"events": incidents.events(tx, number)}
    return responses.json_response("incident", row, now=app_context.now())


@router.post("/incidents/{number:int}/acknowledge")
def acknowledge_incident(
    app_context: AppContextDep,
    number: RowNumber,
    request: Request,
    body: Annotated[bytes, Body()] = b"",
) -> Response:
    """Acknowledge the incident and redirect to its page; a second press changes nothing."""
    token = parse_qs(body.decode("utf-8", "replace")).get("token", [""])[0]
    if not (csrf.is_same_origin(request.headers) and csrf.is_valid_token(token, request.url.path)):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    with app_context.database.write() as tx:
        acknowledge(tx, _incident(tx, number), person=people.OPERATOR, now=app_context.now())
    return RedirectResponse(LINKS.incident(number), HTTPStatus.SEE_OTHER)


def acknowledge(tx: Connection, incident: Incident, *, person: str, now: datetime) -> bool:
    """Mark an open incident as acknowledged by *person*; return False if it is not open any more.

    A compare-and-set on the revision: the first of two people who press the button at once is
    recorded, and a concurrent update by detection is not overwritten.
    """
    detector_json = _detector_json(tx, incident)
    if incident.state is not IncidentState.OPEN or detector_json is None:
        return False
    acknowledged_incident = replace(
        incident, state=IncidentState.ACKNOWLEDGED, updated=now, revision=incident.revision + 1
    )
    if not incidents.replace(
        tx, acknowledged_incident, detector_json=detector_json, revision=incident.revision
    ):
        return False
    incidents.add_event(
        tx, acknowledged_incident, reason="acknowledged", facts={}, now=now, person=person
    )
    subject = f"incident:{incident.id}"
    people.append_audit(
        tx,
        person,
        "acknowledge",
        subject,
        facts={"revision": acknowledged_incident.revision},
        now=now,
    )
    return True


def _detector_json(tx: Connection, incident: Incident) -> dict[str, object] | None:
    """Return the detector state stored with the incident, which must survive the update."""
    current = incidents.active_or_recent(tx, incident.watch, since=incident.updated)
    return next(
        (detector_json for candidate, detector_json in current if candidate.id == incident.id), None
    )


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
    """Return *layout* without the alarm of the incident that the page itself shows."""
    alarms = (alarm for alarm in layout.alarms if alarm.url != LINKS.incident(incident_id))
    return replace(layout, alarms=tuple(alarms))


def _page_end(incident: Incident, now: datetime) -> datetime:
    """Return the end of the period that the page covers: the end of the incident, or *now*."""
    return incident.resolved or now


def _watch(incident: Incident, display_names: DisplayNames) -> Watch:
    slug = incident.watch
    placeholder = Watch(slug=slug, name=slug, kind="brand", query="", revision="")
    return display_names.watches.get(slug, placeholder)


def _page_reader(app_context: AppContext) -> Recipient:
    """Return a recipient for the brief on a page: no address, and relative links."""
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
