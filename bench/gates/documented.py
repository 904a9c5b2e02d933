"""Tables, verbs, settings and JSON keys, beside the pages that describe them.

The tests of docs/data-model.md and docs/json.md compare each column and each key; here it counts
that pages and tests exist.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from bench.gates.support.inventory import FILES, names
from bench.gates.support.measure import Measure, none_of, problems_of
from core.errors import ConfigError

TABLES: Final = "docs/data-model.md"
JSON: Final = "docs/json.md"
SETTINGS: Final = "docs/settings.md"


def problems(root: Path) -> list[str]:
    """Return each table, verb and setting without description, and each page without test."""
    return problems_of(measures(root))


def measures(root: Path) -> list[Measure]:
    """Count what has no description: tables, verbs, settings, JSON keys, in this order."""
    tables, commands, settings = _page(root, TABLES), _verb_pages(root), _page(root, SETTINGS)
    return [
        none_of(
            f"tables absent from {TABLES}",
            [
                *_absent(root, "tables", lambda name: f"`{name}`" in tables),
                *_untested(root, TABLES),
            ],
        ),
        none_of(
            "verbs absent from README.md and docs/",
            _absent(root, "verbs", lambda name: _is_command(name, commands)),
        ),
        none_of(
            f"settings absent from {SETTINGS}",
            _absent(root, "settings", lambda name: f"| `{name}` |" in settings),
        ),
        none_of("pages of JSON keys absent", _untested(root, JSON)),
    ]


def _absent(root: Path, kind: str, is_described: Callable[[str], bool]) -> list[str]:
    try:
        return [f"{FILES[kind]} {name}" for name in names(root, kind) if not is_described(name)]
    except ConfigError as error:
        return [str(error)]


def _is_command(verb: str, text: str) -> bool:
    return re.search(rf"\bharken {verb}(?![\w-])", text) is not None


def _verb_pages(root: Path) -> str:
    """Return README.md and docs/ without the decisions, which describe no commands, on one line."""
    paths = [root / "README.md", *(root / "docs").rglob("*.md")]
    texts = [path.read_text(encoding="utf-8") for path in paths if path.parent.name != "adr"]
    return " ".join(" ".join(texts).split())


def _page(root: Path, page: str) -> str:
    path = root / page
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _untested(root: Path, page: str) -> list[str]:
    """Return what is missing of *page* and of a test that names it."""
    if not (root / page).is_file():
        return [f"{page} does not exist"]
    name = Path(page).name
    tests = (root / "tests").rglob("test_*.py")
    is_tested = any(f'"{name}"' in test.read_text(encoding="utf-8") for test in tests)
    return [] if is_tested else [f"{page} is read by no test"]
