"""The area `console`: addresses of the console over the state of a demo."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.reality.results import CaseResult
from bench.reality.search.demo_state import make_demo, open_console
from bench.reality.search.pages import Browser, judge
from bench.reality.search.rows import load_rows

FILE: Final = "index/console.jsonl"
KIND: Final = "console"
"""The kind of a row that names none."""


def count(inputs: Path) -> int:
    """Return the number of addresses in the folder *inputs*."""
    return len(load_rows(inputs / FILE))


def play(inputs: Path, work: Path) -> Iterator[CaseResult]:
    """Yield one result for each address; the demo is played in the empty folder *work*."""
    cases = load_rows(inputs / FILE)
    desk = open_console(make_demo(work / "demo"))
    with desk.index:
        browser = Browser(desk)
        for case in cases:
            is_right, answer = judge(case, browser)
            yield CaseResult(case.get("kind", KIND), case["id"], is_right, answer)
    desk.database.close()
