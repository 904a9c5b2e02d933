"""Checks of the database, the index, the channels and the model."""

from collections.abc import Iterator
from functools import partial

from config.settings import Settings
from harken import wiring
from harken.checks.result import CheckResult, run_check
from harken.plugin_settings import EMAIL, channel_values
from harken.plural import plural


def check_connections(settings: Settings) -> Iterator[CheckResult]:
    """Yield one result for each; the model comes last, because loading it takes seconds."""
    yield run_check("record", lambda: _check_database(settings))
    yield run_check("index", lambda: _check_index(settings))
    for name in channel_values(settings):
        subject = "mail" if name == EMAIL else f"channel {name}"
        yield run_check(subject, partial(_check_channel, settings, name))
    yield run_check("model", lambda: _check_model(settings))


def _check_database(settings: Settings) -> str:
    return f"schema {wiring.open_database(settings).version()}"


def _check_index(settings: Settings) -> str:
    if settings.index == "tantivy" and not (settings.state / "index").exists():
        return "none yet; the first run creates it"
    with wiring.open_index(settings, writer=False) as engine:
        health = engine.health()
    return f"{plural(health.docs, 'mention')}, {health.detail}"


def _check_channel(settings: Settings, name: str) -> str:
    channel = wiring.channels(settings)[name]
    channel.probe()
    return f"{channel.endpoint} responds"


def _check_model(settings: Settings) -> str:
    from harken.pipeline.learning.learned import LearnedModels
    from store.analysis import rescoring

    database = wiring.open_database(settings)
    name = LearnedModels(database, wiring.open_model(settings)).current().name
    with database.read() as tx:
        remaining = rescoring.remaining(tx, name)
    if not remaining:
        return name
    hint = "to re-score: harken analyse --again"
    return f"{name}; mentions scored by another model: {remaining:,}; {hint}"
