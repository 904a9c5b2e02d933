"""The Python modules of a tree. Its rooms are the packages directly below the root."""

import ast
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Final

# Folders of plug-ins; these may share class names with each other.
PLUGIN_FOLDERS: Final = frozenset(
    {"sources", "models", "engines", "channels", "tasks", "bases", "weights_sources", "gates"}
)
_EXCLUDED: Final = frozenset({"migrations", "tests"})

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.Module | ast.ClassDef | Function


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file of a room."""

    path: PurePosixPath  # relative to the root
    text: str

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """The module, then its classes and functions; callers share them.

        Raises:
            SyntaxError: the file is no Python.
        """
        return definitions(self.text, str(self.path))


@cache
def definitions(text: str, path: str) -> tuple[Definition, ...]:
    """Parse the Python *text* of *path*, once for all gates of a process.

    Returns the module, then all classes and functions; outer ones come first.
    """
    return tuple(node for node in _statements(text, path) if isinstance(node, Definition))


def _statements(text: str, path: str) -> Iterator[ast.AST]:
    nodes: deque[ast.AST] = deque([ast.parse(text, path)])
    while nodes:
        node = nodes.popleft()
        yield node
        # No expression holds a definition, and most of a tree are expressions.
        nodes += [part for part in ast.iter_child_nodes(node) if not isinstance(part, ast.expr)]


def rooms(root: Path) -> list[str]:
    """Return the names of the rooms of *root*, sorted."""
    return sorted(path.parent.name for path in root.glob("*/__init__.py"))


def modules(root: Path) -> Iterator[Module]:
    """Yield the modules of all rooms of *root*, sorted by path, without migrations and tests."""
    for room in rooms(root):
        for path in sorted((root / room).rglob("*.py")):
            place = path.relative_to(root)
            if not _EXCLUDED & set(place.parts):
                yield Module(PurePosixPath(place), path.read_text(encoding="utf-8"))


def docstrings(nodes: Iterable[Definition]) -> Iterator[tuple[int, str]]:
    """Yield each docstring as it stands in the file, with the number of its first line."""
    for node in nodes:
        if ast.get_docstring(node):
            statement = node.body[0]
            assert isinstance(statement, ast.Expr)
            assert isinstance(statement.value, ast.Constant)
            yield statement.lineno, str(statement.value.value)
