"""The area `index`: typed queries, acts of operators, and rebuilds of damaged indexes."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench.node import elasticsearch
from bench.reality.results import CaseResult
from bench.reality.search import operations, queries, same
from bench.reality.search.demo_state import make_demo
from bench.reality.search.elastic_site import OperatedIndex
from core.errors import HarkenError
from indexer.engines.memory import MemoryIndex
from indexer.engines.tantivy.index import TantivyIndex
from indexer.index import MentionIndex

FILE: Final = "index/queries.jsonl"


def count(inputs: Path) -> int:
    """Return the number of inputs: the queries in the folder *inputs* and the cases in code."""
    return len(queries.load_cases(inputs / FILE)) + operations.count() + same.count()


def play(inputs: Path, work: Path) -> Iterator[CaseResult]:
    """Yield one result for each input; *work* is an empty folder.

    Queries are judged by all engines that there are: without an Elasticsearch by the other two.
    """
    cases = queries.load_cases(inputs / FILE)
    with ExitStack() as stack:
        url, reason = _start_node(stack)
        yield from _play_queries(cases, work / "queries", url, reason)
        yield from operations.play(work / "operations", url, reason)
    yield from same.play(make_demo(work / "demo"), work)


def _start_node(stack: ExitStack) -> tuple[str | None, str]:
    """Return the URL of a node that ends with *stack*, or None and the reason."""
    try:
        return stack.enter_context(elasticsearch()), ""
    except HarkenError as error:
        return None, f"no Elasticsearch: {error}"


def _play_queries(
    cases: list[queries.QueryCase], folder: Path, url: str | None, reason: str
) -> Iterator[CaseResult]:
    with ExitStack() as stack:
        engines: dict[str, MentionIndex] = {
            "memory": stack.enter_context(MemoryIndex()),
            "tantivy": stack.enter_context(TantivyIndex(folder, writer=True)),
        }
        if url is not None:
            engines["elasticsearch"] = stack.enter_context(OperatedIndex(url, "queries")).index
        for index in engines.values():
            index.setup()
        note = "; ".join(["by " + ", ".join(engines), *([reason] if reason else [])])
        yield from queries.play(cases, engines, note)
