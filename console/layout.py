"""What surrounds every page: open incidents, silences, and how fresh all of it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.health import Condition, condition
from alerts.messages.brief import headline
from alerts.messages.completeness import silent
from core.incident import Incident, Phase
from core.watch import Watch
from store import counts, watches
from store.alerts import incidents
from templates.contexts.layout import Alarm, Shell
from templates.i18n import Phrase, phrase
from templates.links import Links

LINKS = Links()  # within the console every link is relative


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """How people call what the record knows by slug or id."""

    watches: Mapping[str, Watch]
    topics: Mapping[str, str]

    def watch(self, slug: str) -> str:
        """The name of a watch; of one that is listened for no more: its slug."""
        return self.watches[slug].name if slug in self.watches else slug

    def topic(self, ident: str) -> str:
        """The name of a topic, or its id."""
        return self.topics.get(ident, ident)

    def title(self, incident: Incident) -> Phrase:
        """What *incident* is about."""
        watch = self.watch(incident.watch)
        if incident.topic is None:
            return phrase("incident.watch", watch=watch)
        return phrase("incident.topic", watch=watch, topic=self.topic(incident.topic))


def names(tx: Connection) -> Names:
    """The names of all active watches and topics."""
    return Names(
        watches={w.slug: w for w in watches.active_watches(tx)},
        topics={t.id: t.name for t in watches.active_topics(tx)},
    )


def shell(tx: Connection, section: str, *, now: datetime, known: Condition | None = None) -> Shell:
    """The surroundings of a page of *section*; *known* where the page has asked already."""
    crises = incidents.unresolved(tx)
    newest = counts.newest(tx)
    called = names(tx)
    return Shell(
        section=section,
        open_incidents=len(crises),
        newest=None if newest is None else max(now - newest, timedelta()),
        alarms=tuple(_alarms(crises, called)),
        silences=tuple(silent((known or condition(tx, now=now)).silences)),
    )


def _alarms(crises: Iterable[Incident], called: Names) -> Iterable[Alarm]:
    """Those that nobody has acknowledged: a strip that never goes away is no longer read."""
    for incident in crises:
        if incident.state is Phase.OPEN:
            yield Alarm(
                name=incident.name,
                title=called.title(incident),
                sentence=headline(incident),
                url=LINKS.incident(incident.id),
            )
