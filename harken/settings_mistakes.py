"""Mistakes in settings that only a process of a run would meet, each with its place."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from config.load import format_error
from config.settings import ModelSettings, Settings
from config.yaml_positions import KeyPath
from console.middleware import refuse_open_bind
from core import plugins
from core.errors import ConfigError, HarkenError, QueryError
from harken.pipeline.crawl import source_options
from indexer.query.watch_query import compile_watch


def reject_mistakes(settings: Settings, path: Path) -> None:
    """Reject *settings*, loaded from the file at *path*, if a process of a run would refuse them.

    Nothing is fetched, and no model is loaded.

    Raises:
        ConfigError: one line a mistake, ``file:line:column: key: message``.
    """
    lines = [line for keys, check in _checks(settings) if (line := mistake(path, keys, check))]
    if lines:
        raise ConfigError("\n".join(lines))


def _checks(settings: Settings) -> Iterator[tuple[KeyPath, Callable[[], object]]]:
    for index, watch in enumerate(settings.watches):
        yield ("watches", index, "query"), partial(compile_watch, watch.query)
    for index, source in enumerate(settings.sources):
        yield ("sources", index), partial(source_options, source)
    yield ("model",), partial(_check_model, settings.model)
    yield ("console", "host"), partial(refuse_open_bind, settings.console.host)


def _check_model(model: ModelSettings) -> None:
    """Raise ConfigError unless name and engine are plug-ins and the weights exist with a hash."""
    for package, name in (("nlp.models", model.name), ("nlp.engines", model.engine)):
        names = plugins.available(package)
        if name not in names:
            raise ConfigError(plugins.unknown_name(name, names))
    if model.weights and not model.weights.exists():
        raise ConfigError(f"weights: {str(model.weights)!r} does not exist.")
    if model.weights and not model.weights_sha256:
        raise ConfigError(
            "weights: an adapter of your own needs its sha256 in weights_sha256 "
            "(sha256sum prints it)."
        )


def mistake(path: Path, keys: KeyPath, check: Callable[[], object]) -> str:
    """Return the error that *check* raises, with the place of *keys* in the file at *path*.

    Empty if it raises none.
    """
    try:
        check()
    except QueryError as error:
        return format_error(path, keys, f"{error} (at character {error.column + 1})")
    except HarkenError as error:
        return format_error(path, keys, str(error))
    return ""
