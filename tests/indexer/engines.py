"""How each engine starts in a test, and the corpus that all of them are filled with."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from core import plugins
from indexer.change import ChangeResult
from indexer.engines.elasticsearch.index import ElasticsearchIndex
from indexer.engines.memory import MemoryIndex
from indexer.engines.tantivy.index import TantivyIndex
from indexer.index import MentionIndex
from tests.indexer import node
from tests.indexer.factories import corpus, invented_posts, written_posts


def memory(folder: Path) -> Iterator[MentionIndex]:
    """Nothing to start."""
    with MemoryIndex() as index:
        yield index


def tantivy(folder: Path) -> Iterator[MentionIndex]:
    """In *folder*."""
    with TantivyIndex(folder, writer=True) as index:
        yield index


def elasticsearch(folder: Path) -> Iterator[MentionIndex]:
    """On the node of all tests, under a name of its own."""
    prefix = f"t{uuid4().hex}"
    with ElasticsearchIndex(node.url(), prefix=prefix) as index:
        yield index
        for month in index._client.indices.get(index=f"{prefix}-*"):
            index._client.indices.delete(index=month)


STARTS: dict[str, Callable[[Path], Iterator[MentionIndex]]] = {
    "memory": memory,
    "tantivy": tantivy,
    "elasticsearch": elasticsearch,
}
ENGINES = [
    pytest.param(name, marks=pytest.mark.service if name == "elasticsearch" else ())
    for name in plugins.available("indexer.engines")
]


def texts() -> list[str]:
    """Return the texts of the corpus: words at random first, then sentences."""
    return [*invented_posts(200), *written_posts()]


def fill(index: MentionIndex) -> MentionIndex:
    """*index* with the corpus, in three batches, so that tantivy has several segments."""
    changes = corpus(texts())
    for start in range(0, len(changes), 200):
        outcomes = index.apply(changes[start : start + 200])
        assert {outcome.result for outcome in outcomes} == {ChangeResult.OK}
    index.refresh()
    return index
