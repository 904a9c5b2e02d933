"""The models that are installed, as `harken model` shows them. A broken one hides no other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from config.settings import Settings
from core import plugins
from core.errors import ConfigError, HarkenError
from harken.plugin_settings import MODELS

if TYPE_CHECKING:
    from nlp.encoder.adapter_model import AdapterModel
    from nlp.model import Model

_ROW_KEYS: Final = (
    *("encoder", "encoder_sha256", "licence", "installed"),
    *("adapter", "adapter_sha256", "bytes", "quality"),
)


@dataclass(frozen=True, slots=True)
class ModelPlugins:
    """The classes of models by name, and the reason for each that cannot be loaded."""

    classes: "Mapping[str, type[Model]]"
    problems: Mapping[str, str]

    @property
    def adapter_classes(self) -> "dict[str, type[AdapterModel]]":
        """The models with an encoder and an adapter of ours, by name."""
        from nlp.encoder.adapter_model import AdapterModel

        return {
            name: model_class
            for name, model_class in self.classes.items()
            if issubclass(model_class, AdapterModel)
        }


def load_plugins(name: str | None) -> ModelPlugins:
    """Load the class of the model *name*; None: of all models, as many as can be loaded.

    Raises:
        ConfigError: there is no model *name*, or its module is broken.
    """
    from nlp.model import Model

    classes, problems = {}, {}
    for model_name in [name] if name else plugins.available(MODELS):
        try:
            classes[model_name] = plugins.load(MODELS, model_name, Model)
        except Exception as error:  # noqa: BLE001  any error of somebody's module
            problems[model_name] = reason(error)
    if name and problems:
        raise ConfigError(problems[name])
    return ModelPlugins(classes, problems)


def reason(error: Exception) -> str:
    """Return the message of an error of ours; of any other the type, its message may be long."""
    if isinstance(error, HarkenError):
        return str(error)
    return f"cannot be loaded ({type(error).__name__})"


def model_row(name: str, model_class: "type[Model]", settings: Settings) -> dict[str, Any]:
    """Return the row of a model in `harken model list`; *settings* are those in harken.yaml."""
    from nlp.encoder.adapter_model import AdapterModel

    try:
        if issubclass(model_class, AdapterModel):
            return _adapter_row(name, model_class)
        if is_configured(name, settings):
            return _configured_row(name, settings)
    except Exception as error:  # noqa: BLE001  any error of somebody's module
        return broken_row(name, reason(error))
    return _blank_row(name)


def broken_row(name: str, problem: str) -> dict[str, Any]:
    """Return the row of a model that cannot be loaded."""
    return _blank_row(name) | {"installed": False, "problem": problem}


def is_configured(name: str, settings: Settings) -> bool:
    """Return True if *settings* name the model and have options for it."""
    return settings.model.name == name and bool(settings.model.options)


def _blank_row(name: str) -> dict[str, Any]:
    return {"name": name, **dict.fromkeys(_ROW_KEYS), "heads": {}, "problem": None}


def _configured_row(name: str, settings: Settings) -> dict[str, Any]:
    """Return the row of a model with options; its files are checked, and none is loaded."""
    from harken.plugin_settings import model_options

    options = model_options(settings)
    options.check_files()
    return _blank_row(name) | {"encoder": options.display_name(), "installed": True}


def _adapter_row(name: str, model_class: "type[AdapterModel]") -> dict[str, Any]:
    from harken.install_encoders import is_installed
    from nlp.encoder import adapter, published_quality
    from templates.i18n import Translator
    from templates.quality import quality_message

    path = adapter.ADAPTERS_FOLDER / model_class.adapter_file
    adapter_weights, encoder = adapter.load_adapter(path), model_class.base
    figure = published_quality.headline_figure(adapter_weights)
    return {
        "name": name,
        "encoder": encoder.name,
        "encoder_sha256": encoder.sha256,
        "licence": encoder.licence,
        "installed": is_installed(encoder),
        "adapter": path.name,
        "adapter_sha256": adapter_weights.sha256,
        "bytes": path.stat().st_size,
        "quality": Translator()(quality_message(path.stem, figure)),
        "heads": {
            head: {
                "classes": adapter_head.classes,
                "languages": adapter_head.languages,
                "temperatures": adapter_head.temperatures,
                "priors": adapter_head.priors,
                "figures": published_quality.head_figures(adapter_weights, head),
            }
            for head, adapter_head in adapter_weights.heads.items()
        },
        "problem": None,
    }
