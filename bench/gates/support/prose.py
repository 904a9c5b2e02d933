"""The prose of a tree: docstrings, comments and markdown, line by line."""

import io
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from bench.gates.support.tree import definitions, docstrings

_COMMENTED: Final = frozenset({".yaml", ".yml", ".toml", ".sh"})
_COMMENTED_NAMES: Final = frozenset({"Makefile", "run"})
_WRITTEN_BY_COMMANDS: Final = frozenset({"out", "state", "harken-demo"})
_INPUTS: Final = (PurePosixPath("tests/cases"), PurePosixPath("tests/data"))


@dataclass(frozen=True, slots=True)
class ProseLine:
    """A line of prose."""

    path: PurePosixPath  # relative to the root
    number: int
    text: str


def files(root: Path) -> list[PurePosixPath]:
    """Return the files of the repository *root*, sorted, without those that commands write."""
    folders = [root]
    paths = []
    while folders:
        for path in folders.pop().iterdir():
            if path.is_dir():
                if _belongs(path.name, is_top=path.parent == root):
                    folders.append(path)
            else:
                paths.append(PurePosixPath(path.relative_to(root)))
    return sorted(paths)


def prose(root: Path, paths: Sequence[PurePosixPath]) -> Iterator[ProseLine]:
    """Yield the prose of *paths*; the inputs of tests are no prose."""
    for path in paths:
        if _is_read(path):
            text = (root / path).read_text(encoding="utf-8")
            for number, line in _lines(path, text):
                yield ProseLine(path, number, line)


def _belongs(folder: str, *, is_top: bool) -> bool:
    if folder.startswith("."):
        return folder == ".ci"
    return folder != "__pycache__" and not (is_top and folder in _WRITTEN_BY_COMMANDS)


def _is_read(path: PurePosixPath) -> bool:
    kinds = {".md", ".py"} | _COMMENTED
    return (path.suffix in kinds or path.name in _COMMENTED_NAMES) and not any(
        path.is_relative_to(folder) for folder in _INPUTS
    )


def _lines(path: PurePosixPath, text: str) -> Iterator[tuple[int, str]]:
    if path.suffix == ".md":
        yield from enumerate(text.splitlines(), 1)
    elif path.suffix == ".py":
        yield from _comments(text)
        for first, docstring in docstrings(definitions(text, str(path))):
            yield from enumerate(docstring.splitlines(), first)
    else:
        for number, line in enumerate(text.splitlines(), 1):
            yield number, line.partition("#")[2]


def _comments(text: str) -> Iterator[tuple[int, str]]:
    if "#" in text:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
