"""`harken model verify`: the files of a model, compared with their hashes, and its self-test."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.settings import Settings
from core.errors import ConfigError
from harken import wiring
from harken.model_plugins import is_configured, reason

if TYPE_CHECKING:
    from nlp.encoder.adapter_model import AdapterModel
    from nlp.encoder.pretrained import FileCheck
    from nlp.model import Model


@dataclass(frozen=True, slots=True)
class Verification:
    """The result for one model."""

    name: str
    problem: str = ""  # the reasons why the model is wrong; empty: it is right
    checks: "Sequence[FileCheck]" = ()  # of its files, those before an error
    files_sha256: str | None = None  # of the files that its user brings


def verify_model(name: str, model_class: "type[Model]", settings: Settings) -> Verification:
    """Check the files of a model; if they are right, load it, which runs its self-test."""
    from nlp.encoder.adapter_model import AdapterModel

    checks: list[FileCheck] = []
    try:
        if issubclass(model_class, AdapterModel):
            checks.extend(_file_checks(model_class))  # keeps those before an error
        problems = [check.problem for check in checks if check.problem]
        if problems:
            return Verification(name, "; ".join(problems), checks)
        model = _open(name, model_class, settings)
    except Exception as error:  # noqa: BLE001  any error of somebody's module
        return Verification(name, reason(error), checks)
    return Verification(name, checks=checks, files_sha256=model.files_sha256)


def is_usable(name: str, model_class: "type[Model]", settings: Settings) -> bool:
    """Return True for a model without options, and for the one whose options are set."""
    return not model_class.Options.model_fields or is_configured(name, settings)


def _file_checks(model_class: "type[AdapterModel]") -> "Iterator[FileCheck]":
    """Yield the checks of adapter, encoder and, if there are any, built layers."""
    from nlp.encoder.adapter import ADAPTERS_FOLDER
    from nlp.encoder.adapter_model import engine_folder_name
    from nlp.encoder.built_files import check_built_files
    from nlp.encoder.release import packaged_release

    release = packaged_release(model_class.adapter_file, model_class.base)
    encoder = model_class.base.folder
    yield from release.checks(ADAPTERS_FOLDER / model_class.adapter_file, encoder)
    built_folder = encoder / engine_folder_name("openvino", release.adapter_sha256)
    if built_folder.is_dir():
        yield from check_built_files(built_folder)


def _open(name: str, model_class: "type[Model]", settings: Settings) -> "Model":
    """Load the model *name*, one with options as *settings* describe it.

    Raises:
        ConfigError: a model with options is not that of *settings*, or its files are not valid.
    """
    if not model_class.Options.model_fields:
        return model_class()
    if settings.model.name != name:
        raise ConfigError(f"{name!r} needs options: set model.name and its options in harken.yaml.")
    return wiring.open_model(settings)
