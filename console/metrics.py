"""The gauges of ``/metrics``, counted in the database at each request."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Connection

from alerts.health import SystemHealth, index_keys, system_health
from console.context import AppContext
from store import counts, settings_status
from store.alerts import outbox
from store.crawl import sources
from store.settings_status import SettingsStatus


def render_metrics(app_context: AppContext) -> bytes:
    """Return all gauges in the text format 0.0.4 of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_Gauges(app_context))
    return generate_latest(registry)


class _Gauges(Collector):
    def __init__(self, app_context: AppContext) -> None:
        self._app_context = app_context

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return all gauges, read in one transaction."""
        now = self._app_context.now()
        with self._app_context.database.read() as tx:
            return [
                *_counts(tx),
                *_ages(tx, now),
                _gauge(
                    "harken_index_lag_changes", "Changes not yet in the search index", self._lag(tx)
                ),
                _source_states(tx),
                *_parts(system_health(tx, now=now)),
                *_settings(settings_status.current_status(tx)),
            ]

    def _lag(self, tx: Connection) -> float:
        return float(index_keys(tx, self._app_context.engine, self._app_context.consumer)["lag"])


def _counts(tx: Connection) -> Iterable[GaugeMetricFamily]:
    yield _labelled_gauge(
        "harken_mentions", "Mentions by analysis state", "analysis", counts.by_analysis_state(tx)
    )
    yield _labelled_gauge("harken_outbox_letters", "Emails by state", "state", outbox.counts(tx))


def _ages(tx: Connection, now: datetime) -> Iterable[GaugeMetricFamily]:
    """Yield the age of the newest mention; no sample without a mention, as 0 would be wrong."""
    newest = counts.newest_published(tx)
    if newest is not None:
        age = max((now - newest).total_seconds(), 0.0)
        yield _gauge("harken_newest_mention_age_seconds", "Age of the newest mention", age)


def _source_states(tx: Connection) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "harken_source_state", "1 for the current state of a source", labels=["source", "state"]
    )
    for source in sources.active(tx):
        family.add_metric([source.slug, source.state], 1)
    return family


def _settings(status: SettingsStatus | None) -> Iterable[GaugeMetricFamily]:
    """Yield two gauges of the settings file; none before the first run."""
    if status is not None:
        is_valid = float(status.problem is None)
        yield _gauge("harken_settings_valid", "0 while harken.yaml has a mistake", is_valid)
        sentence = "Changed settings that apply after a restart"
        yield _gauge("harken_settings_restart_needed", sentence, len(status.restart))


def _parts(health: SystemHealth) -> Iterable[GaugeMetricFamily]:
    working = {p.name: float(p.state == "working") for p in health.processes}
    yield _labelled_gauge(
        "harken_process_working", "1 while a process is working", "process", working
    )
    beats = {p.name: p.beat.timestamp() for p in health.processes}
    yield _labelled_gauge(
        "harken_process_beat_timestamp_seconds", "Last heartbeat", "process", beats
    )
    yield _gauge("harken_silences", "Parts that stopped working", len(health.outages))
    healthy, total = health.coverage.heard, health.coverage.sources
    yield _labelled_gauge(
        "harken_sources", "Sources", "heard", {"yes": healthy, "no": total - healthy}
    )


def _gauge(name: str, sentence: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, sentence, value=value)


def _labelled_gauge(
    name: str, sentence: str, label: str, values: Mapping[str, float]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, sentence, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
