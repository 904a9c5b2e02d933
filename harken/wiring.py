"""Builders of adapters from the settings; no other module builds any."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from alerts.channel import Channel
from config.settings import ModelSettings, Settings
from core import plugins
from core.analysis import PublishedFigure
from core.errors import ConfigError
from core.identity import voice_id
from core.watch import Watch
from harken.clock import Clock
from harken.plugin_settings import channel_class, channel_values, index_engine, model_options
from harken.voice_key import installation_key
from store.database import Database
from store.watches import active_watches

if TYPE_CHECKING:
    from console.context import AppContext
    from indexer.index import MentionIndex
    from indexer.query import Query
    from nlp.model import Model


def open_database(settings: Settings) -> Database:
    """Open the database and migrate its schema to the current version."""
    database = Database(settings.database_url)
    database.setup()
    return database


def open_index(settings: Settings, *, writer: bool) -> "MentionIndex":
    """Open the index that the settings name. Only one process may open it as *writer*.

    Raises:
        ConfigError: there is no such engine, or its options are wrong.
    """
    engine = index_engine(settings)
    return engine.engine_class.from_options(engine.options, state=settings.state, writer=writer)


def index_name(settings: Settings) -> str:
    """Return the display name of the index: its engine, or its URL without the password."""
    engine = index_engine(settings)
    return engine.options.display_name(engine.name)


def index_consumer(settings: Settings) -> str:
    """Return the name under which the index commits its offset in the change feed."""
    engine = index_engine(settings)
    return engine.options.consumer(engine.name)


def open_model(settings: Settings) -> "Model":
    """Load the model of the settings, which takes seconds.

    Raises:
        ConfigError: there is no such model, its options are wrong, or its files are not valid.
    """
    from nlp.model import Model

    model_settings = settings.model
    model_class = plugins.load("nlp.models", model_settings.name, Model)
    # Pass only values that are set: a model without weights or engines has no such parameter.
    values: dict[str, Any] = _own_weights(model_class, model_settings)
    values |= {
        name: getattr(model_settings, name)
        for name in ("engine", "device")
        if name in model_settings.model_fields_set
    }
    if model_class.Options.model_fields or model_settings.options:
        values["options"] = model_options(settings)
    return model_class(**values)


def _own_weights(model_class: "type[Model]", model_settings: ModelSettings) -> dict[str, Any]:
    """Return the arguments of *model_class* for an adapter of one's own; empty without one.

    Raises:
        ConfigError: its sha256 is not in the settings, the file has another one, or the model has
            no adapter.
    """
    path = model_settings.weights
    if path is None:
        return {}
    from nlp.encoder.adapter_model import AdapterModel
    from nlp.encoder.release import own_release

    if not issubclass(model_class, AdapterModel):
        raise ConfigError(f"the model {model_settings.name} has no adapter; remove model.weights")
    release = own_release(path, model_settings.weights_sha256, model_class.base.files)
    return {"adapter": path, "release": release}


def channels(settings: Settings) -> Mapping[str, Channel]:
    """Return the channels that are configured, by name: email only with a mail server.

    Raises:
        ConfigError: there is no such channel, or its options are wrong.
    """
    result = {}
    for name, values in channel_values(settings).items():
        channel = channel_class(name)
        result[name] = channel(channel.Options.model_validate(dict(values)))
    return result


def quality(model: str) -> PublishedFigure | None:
    """Return the published quality of *model*; None if none was measured."""
    from nlp.encoder import published_quality
    from nlp.learning.learned_model import split_name

    if split_name(model)[1] is not None:
        return None  # measured by `harken evaluate --own` only
    return published_quality.published_figure(model)


def open_app_context(settings: Settings, database: Database, clock: Clock) -> "AppContext":
    """Build the context that the pages of the console read from."""
    from console.context import AppContext

    index = open_index(settings, writer=False)
    return AppContext(
        database=database,
        index=index,
        engine=index_name(settings),
        consumer=index_consumer(settings),
        now=clock.now,
        base_url=settings.base_url,
        zone=settings.zone,
        quality=quality,
        has_mail_server=settings.mail is not None,
    )


def matcher(database: Database) -> Callable[[str], Mapping[str, str]]:
    """Return a function from a text to the watches that match it: slug to query revision."""
    from indexer.percolate import Percolator

    with database.read() as tx:
        return Percolator(active_watches(tx)).match


def term_matcher(
    watches: Mapping[str, Watch],
) -> Callable[[str, Collection[str]], Mapping[str, Sequence[str]]]:
    """Return a function from a text and slugs to the query terms that occur in the text, by slug.

    The terms are spelt as in the text: a query ignores case and accents, a model does not.
    """
    from indexer.highlight import highlights_by_query

    queries = {slug: _query(watch.query) for slug, watch in watches.items()}

    def match_terms(text: str, slugs: Collection[str]) -> Mapping[str, Sequence[str]]:
        """Skip slugs that are not in *watches*."""
        spans = highlights_by_query(
            {slug: queries[slug] for slug in slugs if slug in queries}, text
        )
        return {
            slug: [text[start:end] for start, end in term_spans]
            for slug, term_spans in spans.items()
        }

    return match_terms


def watch_names(watches: Mapping[str, Watch]) -> frozenset[str]:
    """Return the names of all *watches*, of their products and people, and their query terms.

    They belong to no language: it is detected from the other words of a text. A query term that is
    a common word ("broken") is no name.
    """
    from indexer.query.nodes import positive_phrases
    from nlp.text.common_words import languages_of

    names = {
        name for watch in watches.values() for name in (watch.name, *watch.products, *watch.people)
    }
    return frozenset(names).union(
        " ".join(phrase.words)
        for watch in watches.values()
        for phrase in positive_phrases(_query(watch.query))
        if not languages_of(phrase.words)
    )


def watches(database: Database) -> Mapping[str, Watch]:
    """Return the active watches, by slug."""
    with database.read() as tx:
        return {watch.slug: watch for watch in active_watches(tx)}


@cache
def _query(text: str) -> "Query":
    """Parse the query of a watch; cached, because every batch needs it."""
    from indexer.query.watch_query import compile_watch

    return compile_watch(text)


def pseudonym(tx: Connection, state: Path) -> Callable[[str, str], str]:
    """Return a function from a platform and an account to the voice; *tx* can write.

    Raises:
        ConfigError: the key in *state* is not that of the stored voices.
    """
    key = installation_key(tx, state)
    return lambda platform, account: voice_id(key, platform, account)
