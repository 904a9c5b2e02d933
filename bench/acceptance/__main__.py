"""`make acceptance`: the whole product on many invented markets and on real servers.

It writes ``out/acceptance.json`` after each demo. ``--resume`` continues from that file and repeats
failed demos. The folder of a failed demo stays in ``out/acceptance``.
"""

import argparse
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Final

from bench.acceptance.demos import PARTS, Demo, plan, play
from bench.acceptance.listening import measure_server
from bench.acceptance.server import SERVERS, Server
from bench.node import elasticsearch
from bench.report import OUT, machine, print_progress
from core import plugins

FOLDER: Final = OUT / "acceptance"
SERVER_PART: Final = "servers"


def main() -> None:
    """Run the selected parts; exit with 1 if anything failed."""
    options = _options()
    ledger = AcceptanceResults(OUT / "acceptance.json", resume=options.resume)
    parts = options.only or [*PARTS, SERVER_PART]
    demos = [demo for demo in plan(parts, options.seeds) if not ledger.has(demo)]
    FOLDER.mkdir(parents=True, exist_ok=True)
    if SERVER_PART in parts:
        for name in plugins.available(SERVERS):
            ledger.add_server(measure_server(plugins.load(SERVERS, name, Server)()))
    with _engine(demos) as index, ThreadPoolExecutor(options.jobs) as jobs:
        list(jobs.map(partial(_play_demo, ledger=ledger, index=index), demos))
    raise SystemExit(not ledger.is_good())


class AcceptanceResults:
    """The results so far, written to the file *path* after each row.

    *resume*: start with the rows in *path*.
    """

    def __init__(self, path: Path, *, resume: bool = False) -> None:
        self._lock = Lock()
        self._path = path
        self._rows: dict[str, list[dict[str, Any]]] = {"servers": [], "demos": []}
        if resume and path.exists():
            document = json.loads(path.read_text())
            self._rows = {name: document[name] for name in self._rows}

    def has(self, demo: Demo) -> bool:
        """Return whether *demo* has a good result."""
        return any(row["ok"] and row["name"] == demo.name for row in self._rows["demos"])

    def add_demo(self, row: dict[str, Any]) -> None:
        """Store the result of a demo in place of an earlier one."""
        self._add("demos", "name", row)

    def add_server(self, row: dict[str, Any]) -> None:
        """Store the result of a server in place of an earlier one."""
        self._add("servers", "server", row)

    def is_good(self) -> bool:
        """Return whether all demos passed and every server has full recall without duplicates."""
        are_servers_good = all(r["recall"] == 1 and not r["doubled"] for r in self._rows["servers"])
        return are_servers_good and all(row["ok"] for row in self._rows["demos"])

    def _add(self, kind: str, key: str, row: dict[str, Any]) -> None:
        with self._lock:
            others = [other for other in self._rows[kind] if other[key] != row[key]]
            self._rows[kind] = [*others, row]
            draft = self._path.with_suffix(".tmp")
            draft.write_text(json.dumps({"machine": machine(), **self._rows}, indent=2) + "\n")
            draft.replace(self._path)


def parse_numbers(text: str) -> list[int]:
    """Return the numbers in *text*: ``1-3,8`` is 1, 2, 3 and 8."""
    ends = [piece.partition("-") for piece in text.split(",")]
    return [n for a, _, b in ends for n in range(int(a), int(b or a) + 1)]


def _play_demo(demo: Demo, *, ledger: AcceptanceResults, index: str) -> None:
    folder = FOLDER / demo.name
    shutil.rmtree(folder, ignore_errors=True)
    engine = index if demo.engine == "elasticsearch" else demo.engine
    row = play(demo, engine, folder)
    print_progress(f"{demo.name}: {'ok' if row['ok'] else row['failures']}, {row['seconds']} s")
    ledger.add_demo({"name": demo.name, **row})


@contextmanager
def _engine(demos: list[Demo]) -> Iterator[str]:
    """Yield the URL of an Elasticsearch if one of *demos* needs it; else ""."""
    if any(demo.engine == "elasticsearch" for demo in demos):
        with elasticsearch() as url:
            yield url
    else:
        yield ""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parts = [*PARTS, SERVER_PART]
    parser.add_argument("--only", action="append", choices=parts, help="some parts, not all")
    parser.add_argument("--seeds", type=parse_numbers, help="only these seeds, e.g. 1-5,8")
    parser.add_argument("--jobs", type=int, default=1, help="demos at a time, on a quiet machine")
    parser.add_argument("--resume", action="store_true", help="keep good results of the last run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
