"""Areas that a script of SHARED plays through the command line: crawl, faults and security."""

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from bench.reality import process
from bench.reality.areas import Area
from bench.reality.results import CaseResult

HERE: Final = Path(__file__).resolve().parent
FOLDERS: Final = ("cases", "right-today")
AREA_LIMIT_S: Final = 3 * 3600
FILE_LIMIT_S: Final = 1800
_SKIP: Final = re.compile(r"^skip\s+(\S+): (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Script:
    """One script and its place to work in.

    Attributes:
        path: the script; it takes files or folders, ``--work`` and ``--report``.
        kind_key: the key of a case's YAML that holds its kind.
        work: an absolute folder for records; beside it lie the log and the report.
    """

    path: Path
    kind_key: str
    work: Path

    @property
    def log(self) -> Path:
        """All output of the script, of the whole area and of single files."""
        return self.work.with_suffix(".log")

    def play(self, inputs: list[Path], limit_s: float) -> list[CaseResult] | None:
        """Return the results of *inputs* (files, folders); None: it ended without a report."""
        report = self.work.with_suffix(".report")
        report.unlink(missing_ok=True)
        start = self.log.stat().st_size if self.log.exists() else 0
        command: list[str | Path] = [
            sys.executable,
            self.path,
            "--work",
            self.work,
            "--report",
            report,
            *inputs,
        ]
        process.run(command, self.log, limit_s, environment(os.environ))  # noqa: TID251 - a child's
        try:
            kinds = json.loads(report.read_text(encoding="utf-8"))
            results = list(parse_report(kinds))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        output = self.log.read_bytes()[start:].decode(errors="replace")
        return results + list(self._skipped(output, case_files(inputs)))

    def failure(self, file: Path) -> CaseResult:
        """Return the wrong result of *file*, on which the script ended without a report."""
        reason = process.last_line(self.log)
        return CaseResult(self._kind(file), file.stem, right=False, seen=f"no report: {reason}")

    def _skipped(self, output: str, files: list[Path]) -> Iterator[CaseResult]:
        by_name = {file.stem: file for file in files}
        for name, reason in _SKIP.findall(output):
            if name in by_name:
                yield CaseResult(self._kind(by_name[name]), name, right=None, seen=reason)

    def _kind(self, file: Path) -> str:
        try:
            return str(yaml.safe_load(file.read_text(encoding="utf-8")).get(self.kind_key, ""))
        except (ValueError, yaml.YAMLError, AttributeError):
            return ""


def count(inputs: Path, area: Area) -> int:
    """Return the number of cases that *inputs* holds for *area*."""
    return len(case_files(case_folders(inputs, area)))


def play(inputs: Path, area: Area, script: Path, work: Path) -> Iterator[CaseResult]:
    """Play all cases of *area* at once; if that ends without a report, file by file."""
    player = Script(script, area.kind_key, work)
    folders = case_folders(inputs, area)
    results = player.play(folders, AREA_LIMIT_S)
    if results is not None:
        yield from results
        return
    for file in case_files(folders):
        results = player.play([file], FILE_LIMIT_S)
        yield from [player.failure(file)] if results is None else results


def case_folders(inputs: Path, area: Area) -> list[Path]:
    """Return the folders of *area* in *inputs* that hold cases and exist."""
    return [folder for name in FOLDERS if (folder := inputs / area.name / name).is_dir()]


def case_files(inputs: list[Path]) -> list[Path]:
    """Return the case files among *inputs* and below those of them that are folders."""
    return [
        file
        for path in inputs
        for file in (sorted(path.rglob("*.yaml")) if path.is_dir() else [path])
    ]


def parse_report(kinds: Mapping[str, Any]) -> Iterator[CaseResult]:
    """Yield the cases of a script's report: {kind: {cases: [{id, right, seen: [fault]}]}}."""
    for kind, counts in kinds.items():
        for case in counts["cases"]:
            faults = "; ".join(map(str, case["seen"]))
            yield CaseResult(kind, case["id"], right=bool(case["right"]), seen=faults)


def environment(current: Mapping[str, str]) -> dict[str, str]:
    """Return *current* plus the variables by which the scripts find this product and its names."""
    return dict(current) | {
        "VENV": sys.prefix,
        "PLAIN": str(HERE / "plain"),
        "MODEL_SCRIPT": str(HERE / "model_script.py"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
