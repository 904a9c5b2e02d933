"""Tables, settings and verbs of a tree, as a process that runs in the tree lists them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from core.errors import ConfigError

_RUN: Final = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='__main__')"


def names(root: Path, kind: str) -> list[str]:
    """Return the ``tables``, ``settings`` or ``verbs`` of the tree *root*.

    Raises:
        ConfigError: the module that defines them is missing or cannot be imported.
    """
    file = FILES[kind]
    # Without this check the process would import the checkout that is installed.
    if not (root / file).is_file():
        raise ConfigError(f"{file} does not exist")
    command = [sys.executable, "-c", _RUN, str(Path(__file__).resolve()), kind]
    process = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if process.returncode:
        error = process.stderr.strip().rpartition("\n")[2]
        raise ConfigError(f"{file} cannot be imported: {error}")
    return process.stdout.splitlines()


def tables() -> Iterator[str]:
    """Yield the names of the tables of the database."""
    from store.tables import metadata

    yield from metadata.tables


def settings() -> Iterator[str]:
    """Yield the keys of harken.yaml as docs/settings.md writes them: ``watches[].slug``."""
    from config.settings import Settings

    yield from _keys(Settings, "")


def verbs() -> Iterator[str]:
    """Yield the verbs of the command line: ``crawl``, ``model install``."""
    from typer.main import get_command

    from harken.__main__ import app

    yield from _commands(get_command(app), "")


def _keys(model: Any, above: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        types = (field.annotation, *getattr(field.annotation, "__args__", ()))
        parts = [part for part in types if hasattr(part, "model_fields")]
        is_list = parts and getattr(field.annotation, "__origin__", None) is tuple
        key = f"{above}{name}{'[]' if is_list else ''}"
        yield key
        for part in parts:
            yield from _keys(part, f"{key}.")


def _commands(group: Any, above: str) -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{above}{name} ")
        else:
            yield f"{above}{name}"


KINDS: Final = MappingProxyType({"tables": tables, "settings": settings, "verbs": verbs})
FILES: Final = MappingProxyType(
    {
        "tables": "store/tables.py",
        "settings": "config/settings.py",
        "verbs": "harken/__main__.py",
    }
)

if __name__ == "__main__":
    print(*KINDS[sys.argv[2]](), sep="\n")
