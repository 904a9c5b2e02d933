"""References of the prose to files that do not exist, and to a paper outside the repository.

A word with a file's extension must be the end of the path of a file, or a path from the folder of
its own file. A dotted word that begins with a room must lead to a module or a folder. Stars and the
words NAME, CASE, KIND and AREA stand for any name: ``crawlers/sources/NAME.py``.
"""

import re
from collections.abc import Iterator
from fnmatch import filter as match_names
from pathlib import Path
from posixpath import normpath
from typing import Final

from bench.gates.support.measure import Measure, none_of, problems_of
from bench.gates.support.outside import is_outside
from bench.gates.support.prose import ProseLine, files, prose
from bench.gates.support.tree import rooms

_EXTENSIONS: Final = "py|md|yaml|yml|json|jsonl|lark|ttf|gz|txt|sh|toml"
_PATH: Final = re.compile(rf"[\w.$~*/:@-]*[\w*]\.(?:{_EXTENSIONS})\b(?![\w/-]|\.\w)")
_PLACEHOLDER: Final = re.compile(r"\b(?:NAME|CASE|KIND|AREA)\b")
_SETTING: Final = re.compile(r"^\| `([\w.\[\]]+)` \|", re.MULTILINE)
# The stages of that paper, and its name; a contract that the sentence names is another one.
_CODE: Final = re.compile(r"\bH[1-4]\b")
_CONTRACT: Final = re.compile(
    r"\bthe contract\b(?! (?:of (?:an?|that|what)|suites?|tests?|is)\b)", re.IGNORECASE
)


def problems(root: Path) -> list[str]:
    """Return each reference to a file that does not exist or to a paper outside."""
    return problems_of(measures(root))


def measures(root: Path) -> list[Measure]:
    """Count the references to files that do not exist, then those to a paper outside."""
    tree = _Tree(root)
    lines = list(prose(root, tree.files))
    dead = [f"{line.path}:{line.number} {word}" for line in lines for word in tree.dead(line)]
    papers = [
        f"{line.path}:{line.number} {match[0]}"
        for line in lines
        for pattern in (_CODE, _CONTRACT)
        for match in pattern.finditer(line.text)
    ]
    return [
        none_of("references to files that do not exist", dead),
        none_of("references to a paper outside (H1 to H4, the contract)", papers),
    ]


class _Tree:
    """The files below a root, to look up what a line of prose names."""

    def __init__(self, root: Path) -> None:
        self.files = files(root)
        self._paths = {str(path) for path in self.files}
        self._folders = {str(folder) for path in self.files for folder in path.parents}
        self._tails = {
            "/".join(path.parts[start:]) for path in self.files for start in range(len(path.parts))
        }
        any_room = "|".join(rooms(root)) or "(?!)"
        self._module = re.compile(rf"(?<![\w./@-])(?:{any_room})(?:\.[A-Za-z_]\w*)+")
        page = root / "docs" / "settings.md"
        self._settings = set(_SETTING.findall(page.read_text("utf-8"))) if page.is_file() else set()

    def dead(self, line: ProseLine) -> Iterator[str]:
        """Yield the words of *line* that name a file or module that does not exist."""
        for match in _PATH.finditer(line.text):
            word = match[0].strip(":").removeprefix("./")
            if _is_file(word) and not (is_outside(word) or self._exists(word, line)):
                yield word
        for match in self._module.finditer(line.text):
            if not (_PATH.match(match[0]) or self._is_module(match[0])):
                yield match[0]

    def _exists(self, word: str, line: ProseLine) -> bool:
        if word in self._tails or normpath(line.path.parent / word) in self._paths:
            return True
        pattern = _PLACEHOLDER.sub("*", word)
        return "*" in pattern and bool(match_names(self._tails, pattern))

    def _is_module(self, word: str) -> bool:
        """Return whether the dotted *word* leads to a module or a folder; settings do not count."""
        place = ""
        for name in word.split("."):
            place = f"{place}/{name}".strip("/")
            if f"{place}.py" in self._paths or _PLACEHOLDER.fullmatch(name):
                return True
            if place not in self._folders:
                return word in self._settings
        return True


def _is_file(word: str) -> bool:
    """Return whether *word* is a file, not an address or the extension ``.jsonl.gz``."""
    is_address = word.startswith("/") or "://" in word
    return not is_address and (not word.startswith(".") or "/" in word)
