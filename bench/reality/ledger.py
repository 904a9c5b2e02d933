"""The file ``out/reality.json``: the report of each area, written whenever one has ended."""

import json
from pathlib import Path

from bench.reality.areas import AREAS
from bench.reality.results import AreaReport


class Ledger:
    """The reports by area in the file *path*; *resume*: keep the areas that it holds already."""

    def __init__(self, path: Path, *, resume: bool) -> None:
        self._path = path
        self._reports: dict[str, AreaReport] = {}
        if resume and path.exists():
            self._reports = json.loads(path.read_text(encoding="utf-8"))
        self._write()

    def add(self, area: str, report: AreaReport) -> None:
        """Store *report* in the place of an earlier one of *area*."""
        reports = self._reports | {area: report}
        order = [a.name for a in AREAS]
        self._reports = {name: reports[name] for name in sorted(reports, key=order.index)}
        self._write()

    def _write(self) -> None:
        """Write the whole file; a reader sees the old one or the new one."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".tmp")
        text = json.dumps(self._reports, ensure_ascii=False, indent=1)
        draft.write_text(text + "\n", encoding="utf-8")
        draft.replace(self._path)
