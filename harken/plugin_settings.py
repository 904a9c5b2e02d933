"""Index engine, channels and model of the settings, with their options; nothing is opened here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from config.plugin_options import option_problems
from config.settings import MailSettings, ModelSettings, Settings
from config.yaml_positions import KeyPath
from core import plugins
from core.errors import ConfigError

if TYPE_CHECKING:
    from alerts.channel import Channel
    from indexer.index import MentionIndex
    from indexer.options import IndexOptions
    from nlp.model import Model
    from nlp.options import ModelOptions

MODELS: Final = "nlp.models"
# Models without options. They are not loaded for a check: they import torch.
PACKAGED_MODELS: Final = ("e5", "minilm")
ENGINES: Final = "indexer.engines"
CHANNELS: Final = "alerts.channels"
EMAIL: Final = "email"  # the channel whose options are in ``mail``
URL_ENGINE: Final = "elasticsearch"  # the engine that ``index: http://…`` means
DEFAULT_INDEX: Final = "tantivy"

Problem = tuple[KeyPath, str]  # the keys of a setting and the message


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEngine:
    """The index engine of the settings."""

    name: str  # of its module in indexer.engines
    engine_class: "type[MentionIndex]"
    options: "IndexOptions"


def plugin_problems(settings: Settings) -> Iterator[Problem]:
    """Yield keys and message of each mistake about the index engine, the channels and the model.

    The default engine and the packaged models are not loaded: they need no options, and many
    commands use neither.
    """
    if settings.index != DEFAULT_INDEX or settings.index_options:
        yield from _index_problems(settings)
    yield from _channel_problems(settings)
    is_unknown = settings.model.name not in plugins.available(MODELS)  # reported where it is loaded
    if settings.model.options or not (is_unknown or settings.model.name in PACKAGED_MODELS):
        yield from _model_problems(settings)


def index_engine(settings: Settings) -> IndexEngine:
    """Load the index engine of the settings, without opening the index.

    Raises:
        ConfigError: there is no such engine, its options are wrong, or only one process can use it.
    """
    _raise_first(_index_problems(settings))
    name = _engine_name(settings)
    engine_class = _engine_class(name)
    values = _engine_values(settings, engine_class)
    options = engine_class.Options.model_validate(values)
    return IndexEngine(name=name, engine_class=engine_class, options=options)


def channel_class(name: str) -> "type[Channel]":
    """Load the channel *name*.

    Raises:
        ConfigError: there is no such channel.
    """
    from alerts.channel import Channel

    return plugins.load(CHANNELS, name, Channel)


def channel_values(settings: Settings) -> Mapping[str, Mapping[str, Any]]:
    """Return the options of each channel that is configured, by name, as the settings give them.

    Raises:
        ConfigError: there is no such channel, or its options are wrong.
    """
    _raise_first(_channel_problems(settings))
    if settings.mail is None:
        return settings.channels
    mail_options = settings.mail.model_dump(exclude={"sender"}, exclude_none=True)
    return settings.channels | {EMAIL: settings.channels.get(EMAIL, {}) | mail_options}


def model_options(settings: Settings) -> "ModelOptions":
    """Return the options of the model of the settings.

    Raises:
        ConfigError: there is no such model, or its options are wrong.
    """
    _raise_first(_model_problems(settings))
    return _model_class(settings.model.name).Options.model_validate(settings.model.options)


def _model_problems(settings: Settings) -> Iterator[Problem]:
    name, names = settings.model.name, plugins.available(MODELS)
    if name not in names:
        yield ("model", "name"), plugins.unknown_name(name, names)
        return
    known_keys = [*ModelSettings.model_fields, *_model_class(name).Options.model_fields]
    for keys, message in option_problems(_model_class(name).Options, settings.model.options):
        if message.startswith("unknown option."):
            known = f" Known: {', '.join(known_keys)}."
            hint = plugins.did_you_mean(str(keys[-1]), known_keys) or known
            yield ("model", *keys), f"unknown setting.{hint}"
        else:
            yield ("model", *keys), message


def _model_class(name: str) -> "type[Model]":
    from nlp.model import Model

    return plugins.load(MODELS, name, Model)


def _index_problems(settings: Settings) -> Iterator[Problem]:
    name, names = _engine_name(settings), plugins.available(ENGINES)
    if name not in names:
        hint = plugins.did_you_mean(name, names)
        yield ("index",), f"{_without_secrets(name)!r} {_INDEX_HELP}{hint}"
        return
    engine_class = _engine_class(name)
    if not engine_class.is_shared:
        yield ("index",), f"{name!r} keeps mentions in one process only; it {_INDEX_HELP}"
    if _is_url(settings.index) and "url" in settings.index_options:
        yield ("index_options", "url"), "is set by `index`, too; remove one of the two."
    values = _engine_values(settings, engine_class)
    for keys, message in option_problems(engine_class.Options, values):
        yield ("index_options", *keys), message


_INDEX_HELP: Final = (
    "should be tantivy, the name of another engine, or a URL such as http://127.0.0.1:9200."
)


def _engine_name(settings: Settings) -> str:
    return URL_ENGINE if _is_url(settings.index) else settings.index


def _engine_class(name: str) -> "type[MentionIndex]":
    from indexer.index import MentionIndex

    return plugins.load(ENGINES, name, MentionIndex)


def _engine_values(settings: Settings, engine_class: "type[MentionIndex]") -> dict[str, Any]:
    """Return the options; ``index`` and ``index_prefix`` are older settings for two of them."""
    has_prefix = "prefix" in engine_class.Options.model_fields
    prefix = {"prefix": settings.index_prefix} if has_prefix else {}
    url = {"url": settings.index} if _is_url(settings.index) else {}
    return prefix | settings.index_options | url


def _is_url(index: str) -> bool:
    return index.startswith(("http://", "https://"))


def _without_secrets(index: str) -> str:
    from indexer.engines.elasticsearch.client import without_secrets

    return without_secrets(index)


def _channel_problems(settings: Settings) -> Iterator[Problem]:
    names = plugins.available(CHANNELS)
    for k, subscription in enumerate(settings.subscriptions):
        if subscription.channel not in names:
            yield ("subscriptions", k, "channel"), _unknown_channel(subscription.channel, names)
    for name, values in settings.channels.items():
        if name not in names:
            yield ("channels", name), _unknown_channel(name, names)
        elif name == EMAIL:
            yield from _email_problems(settings)
        else:
            yield from _option_problems(name, values)


def _email_problems(settings: Settings) -> Iterator[Problem]:
    """Yield the mistakes of ``channels.email``, which adds options to those of ``mail``."""
    values = settings.channels[EMAIL]
    if settings.mail is None:
        yield ("channels", EMAIL), "needs `mail` with the server and the sender."
        return
    for key in sorted(values.keys() & MailSettings.model_fields.keys()):
        yield ("channels", EMAIL, key), f"belongs in `mail`: set mail.{key} instead."
    yield from _option_problems(EMAIL, {"host": settings.mail.host} | values)


def _option_problems(name: str, values: Mapping[str, Any]) -> Iterator[Problem]:
    for keys, message in option_problems(channel_class(name).Options, values):
        yield ("channels", name, *keys), message


def _unknown_channel(name: str, names: list[str]) -> str:
    hint = plugins.did_you_mean(name, names) or f" Known: {', '.join(names)}."
    return f"unknown channel {name!r}.{hint}"


def _raise_first(problems: Iterator[Problem]) -> None:
    """Raise a ConfigError for the first of *problems*, without a place in harken.yaml."""
    for keys, message in problems:
        raise ConfigError(f"{'.'.join(map(str, keys))}: {message}")
