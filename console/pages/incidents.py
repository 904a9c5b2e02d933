"""``/incidents``: all incidents, and the notices, for which no alert is sent."""

from collections.abc import Iterable, Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from console import responses
from console.layout import LINKS, DisplayNames, build_layout, load_display_names
from console.responses import AppContextDep
from console.serializers import incident_row
from core.incident import Incident, IncidentKind, IncidentState
from store.alerts import incidents
from templates.contexts.console import IncidentRow, IncidentsPage

router = APIRouter()


@router.get("/incidents")
def page(app_context: AppContextDep) -> Response:
    """Return the page: incidents that are not resolved first, then the newest."""
    now = app_context.now()
    with app_context.database.read() as tx:
        display_names = load_display_names(tx)
        layout = build_layout(tx, "incidents", now=now, names=display_names)
        crises, notices = _split_by_kind(incidents.all_incidents(tx))
    context = IncidentsPage(
        zone=app_context.zone,
        locale=app_context.locale,
        layout=layout,
        json_url="/incidents.json",
        incidents=_rows(crises, display_names),
        notices=_rows(notices, display_names),
    )
    return responses.html_response("incidents", context)


@router.get("/incidents.json")
def page_json(app_context: AppContextDep) -> Response:
    """Return the ``incident`` of docs/json.md, one row each."""
    with app_context.database.read() as tx:
        crises, notices = _split_by_kind(incidents.all_incidents(tx))
    rows = {
        "incidents": [incident_row(i) for i in crises],
        "notices": [incident_row(i) for i in notices],
    }
    return responses.json_response("incidents", rows, now=app_context.now())


def _split_by_kind(
    all_incidents: Iterable[Incident],
) -> tuple[Sequence[Incident], Sequence[Incident]]:
    """Return crises and notices, unresolved ones first."""
    by_state = sorted(all_incidents, key=lambda i: i.state is IncidentState.RESOLVED)
    crises = [i for i in by_state if i.kind is IncidentKind.CRISIS]
    return crises, [i for i in by_state if i.kind is not IncidentKind.CRISIS]


def _rows(group: Iterable[Incident], display_names: DisplayNames) -> tuple[IncidentRow, ...]:
    return tuple(
        IncidentRow(
            name=incident.name,
            url=LINKS.incident(incident.id),
            title=display_names.title(incident),
            kind=incident.kind,
            state=incident.state,
            severity=incident.severity,
            onset=incident.onset,
            resolved=incident.resolved,
            observed=incident.observed,
            expected=incident.expected,
            negative_share=incident.negative_share,
            usual_share=incident.usual_share,
        )
        for incident in group
    )
