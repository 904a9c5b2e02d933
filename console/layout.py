"""The layout around every page: open incidents, outages, age of the newest mention."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.health import SystemHealth, system_health
from alerts.messages.brief_sentences import headline
from alerts.messages.completeness import outage_messages
from console.first_steps import explain_emptiness
from core.incident import Incident, IncidentState
from core.watch import Watch
from store import counts, settings_status, watches
from store.alerts import incidents
from store.analysis import queue
from store.settings_status import SettingsStatus
from templates.contexts.layout import Alarm, Layout, SettingsNotice
from templates.i18n import Message, msg
from templates.links import Links

LINKS = Links()  # all links inside the console are relative


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayNames:
    """Display names of slugs and ids in the database."""

    watches: Mapping[str, Watch]
    topics: Mapping[str, str]

    def watch(self, slug: str) -> str:
        """Return the name of a watch; its slug if the watch is not active any more."""
        return self.watches[slug].name if slug in self.watches else slug

    def topic(self, topic_id: str) -> str:
        """Return the name of a topic, or its id if the topic is not active."""
        return self.topics.get(topic_id, topic_id)

    def title(self, incident: Incident) -> Message:
        """Return the title of *incident*: its watch and, where it has one, its topic."""
        watch = self.watch(incident.watch)
        if incident.topic is None:
            return msg("incident.watch", watch=watch)
        return msg("incident.topic", watch=watch, topic=self.topic(incident.topic))


def load_display_names(tx: Connection) -> DisplayNames:
    """Return the names of all active watches and topics."""
    return DisplayNames(
        watches={w.slug: w for w in watches.active_watches(tx)},
        topics={t.id: t.name for t in watches.active_topics(tx)},
    )


def build_layout(
    tx: Connection,
    section: str,
    *,
    now: datetime,
    health: SystemHealth | None = None,
    names: DisplayNames | None = None,
) -> Layout:
    """Return the layout of a page of *section*.

    *health* and *names* spare queries where the page has them.
    """
    crises = incidents.unresolved(tx)
    newest = counts.newest_published(tx)
    names = names or load_display_names(tx)
    health = health or system_health(tx, now=now)
    status = settings_status.current_status(tx)
    file = settings_status.file_name(status)
    return Layout(
        section=section,
        open_incidents=len(crises),
        newest_age=None if newest is None else max(now - newest, timedelta()),
        alarms=tuple(_alarms(crises, names)),
        outages=tuple(outage_messages(health.outages)),
        is_fetching=health.coverage.heard > 0,
        empty_note=explain_emptiness(
            tx,
            now=now,
            file=file,
            has_watches=bool(names.watches),
            is_empty=newest is None and not counts.total(tx),
        ),
        backlog=_backlog(tx),
        settings=_settings_notice(status),
    )


def _backlog(tx: Connection) -> Message | None:
    """Return a sentence on the mentions that wait to be scored; None: no mention waits."""
    pending_count, _ = queue.backlog(tx)
    if not pending_count:
        return None
    return msg("shell.backlog", count=pending_count, total=counts.total(tx))


def _settings_notice(status: SettingsStatus | None) -> SettingsNotice | None:
    """Return the notice of an edit that does not apply; None without one."""
    if status is None or not (status.problem or status.restart):
        return None
    file, mistakes = settings_status.file_name(status), (status.problem or "").splitlines()
    sentences = []
    if status.restart:
        sentences.append(msg("shell.settings_restart", file=file, keys=status.restart))
    if mistakes:
        # The mistakes follow this sentence.
        values = {"file": file, "count": len(mistakes), "at": status.applied_at}
        sentences.append(msg("shell.settings_mistake", **values))
    return SettingsNotice(sentences=tuple(sentences), mistakes=tuple(mistakes))


def _alarms(crises: Iterable[Incident], display_names: DisplayNames) -> Iterable[Alarm]:
    """Yield an alarm for each unacknowledged incident: people ignore an alarm that stays."""
    for incident in crises:
        if incident.state is IncidentState.OPEN:
            yield Alarm(
                name=incident.name,
                title=display_names.title(incident),
                sentence=headline(incident),
                url=LINKS.incident(incident.id),
            )
