"""Contexts: one frozen class per template with all values that it may show."""

from collections.abc import Mapping
from typing import Final

from templates.contexts import console, search
from templates.contexts.base import Context
from templates.contexts.mail import Brief, Digest, Picture, SystemNotice
from templates.contexts.reliability import Reliability
from templates.contexts.why import WhyPage

CONTEXTS: Final[Mapping[str, type[Context]]] = {
    "charts/mail.svg.j2": Picture,
    "charts/reliability.svg.j2": Reliability,
    "console/error.html.j2": console.ErrorPage,
    "console/inbox.html.j2": console.InboxPage,
    "console/incident.html.j2": console.IncidentPage,
    "console/incidents.html.j2": console.IncidentsPage,
    "console/letter.html.j2": console.NotificationPage,
    "console/mention.html.j2": search.MentionPage,
    "console/search.html.j2": search.SearchPage,
    "console/sources.html.j2": console.SourcesPage,
    "console/status.html.j2": console.StatusPage,
    "console/why.html.j2": WhyPage,
    "mail/brief.html.j2": Brief,
    "mail/brief.txt.j2": Brief,
    "mail/notice.html.j2": SystemNotice,
    "mail/notice.txt.j2": SystemNotice,
    "mail/digest.html.j2": Digest,
    "mail/digest.txt.j2": Digest,
}
