"""``/incidents``: every incident, and the notices that page nobody."""

from collections.abc import Iterable, Sequence

from fastapi import APIRouter
from fastapi.responses import Response

from console import responses
from console.layout import LINKS, Names, names, shell
from console.responses import At
from console.serializers import incident_row
from core.incident import Incident, Kind, Phase
from store.alerts import incidents
from templates.contexts.console import IncidentRow, IncidentsPage

router = APIRouter()


@router.get("/incidents")
def page(desk: At) -> Response:
    """Open ones first, then the newest."""
    now = desk.now()
    with desk.record.read() as tx:
        called, around = names(tx), shell(tx, "incidents", now=now)
        crises, notices = _parted(incidents.everything(tx))
    context = IncidentsPage(
        zone=desk.zone,
        locale=desk.locale,
        shell=around,
        json_url="/incidents.json",
        incidents=_lines(crises, called),
        notices=_lines(notices, called),
    )
    return responses.page("incidents", context)


@router.get("/incidents.json")
def twin(desk: At) -> Response:
    """The contract's ``incident``, a row each."""
    with desk.record.read() as tx:
        crises, notices = _parted(incidents.everything(tx))
    rows = {
        "incidents": [incident_row(i) for i in crises],
        "notices": [incident_row(i) for i in notices],
    }
    return responses.twin("incidents", rows, now=desk.now())


def _parted(told: Iterable[Incident]) -> tuple[Sequence[Incident], Sequence[Incident]]:
    """Crises and notices."""
    ordered = sorted(told, key=lambda i: i.state is Phase.RESOLVED)
    crises = [i for i in ordered if i.kind is Kind.CRISIS]
    return crises, [i for i in ordered if i.kind is not Kind.CRISIS]


def _lines(told: Iterable[Incident], called: Names) -> tuple[IncidentRow, ...]:
    return tuple(
        IncidentRow(
            name=incident.name,
            url=LINKS.incident(incident.id),
            title=called.title(incident),
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
        for incident in told
    )
