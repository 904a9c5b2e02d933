"""The labelled texts of `reality/nlp`, one case a line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

KINDS: Final = "kinds"
TOWARDS: Final = ("comparison", "brand_towards")
BRAND: Final = "brand"
SHORT_BRAND: Final = "short_brand"
FILES: Final = (KINDS, *TOWARDS, BRAND, SHORT_BRAND)
"""Names of the files without `.jsonl`. `failing.jsonl` repeats rows of `kinds.jsonl`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One labelled text.

    Attributes:
        file: the name of its file without `.jsonl`.
        line: its line in the file, counted from 1.
        row: the fields as they stand in the file.
    """

    file: str
    line: int
    row: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The name in the report, such as `kinds:17`."""
        return f"{self.file}:{self.line}"

    @property
    def kind(self) -> str:
        """The kind under which the case counts: that of the row in `kinds.jsonl`, else the file."""
        return str(self.row["kind"]) if self.file == KINDS else self.file

    @property
    def text(self) -> str:
        """The text to analyse."""
        return str(self.row["text"])

    @property
    def brands(self) -> tuple[str, ...]:
        """The brand names that the row lists, in its order; empty in files that list none."""
        return tuple(map(str, self.row.get("names", self.row.get("towards", ()))))


def load_cases(inputs: Path, file: str) -> Iterator[Case]:
    """Yield the cases of one file of the folder *inputs*; none where it lacks the file.

    Raises:
        ValueError: a line is not JSON.
    """
    path = inputs / "nlp" / f"{file}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else ()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield Case(file=file, line=number, row=json.loads(line))


def count(inputs: Path) -> int:
    """Count the cases of all files in the folder *inputs*."""
    return sum(1 for file in FILES for _ in load_cases(inputs, file))
