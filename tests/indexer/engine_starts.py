"""All index engines, opened as the settings open them, and the corpus that they are filled with."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest

from core import plugins
from indexer.change import ChangeResult
from indexer.index import MentionIndex
from tests.indexer import servers
from tests.indexer.factories import corpus, invented_posts, written_posts

NAMES = plugins.available("indexer.engines")


def start(name: str, folder: Path) -> Iterator[MentionIndex]:
    """Yield an empty index of engine *name*, with files in *folder*; delete it in the end."""
    engine = plugins.load("indexer.engines", name, MentionIndex)
    description, words = servers.description(name), {"unique": uuid4().hex}
    if description:
        words["port"] = str(servers.port(name))
    options = {key: value.format(**words) for key, value in description.get("options", {}).items()}
    opened = engine.from_options(engine.Options.model_validate(options), state=folder, writer=True)
    with opened as index:
        yield index
    if "delete" in description:
        urlopen(Request(description["delete"].format(**words), method="DELETE")).close()


STARTS: dict[str, Callable[[Path], Iterator[MentionIndex]]] = {
    name: partial(start, name) for name in NAMES
}
ENGINES = [
    pytest.param(name, marks=pytest.mark.service if servers.description(name) else ())
    for name in NAMES
]


def texts() -> list[str]:
    """Return the texts of the corpus: words at random first, then sentences."""
    return [*invented_posts(200), *written_posts()]


def fill(index: MentionIndex) -> MentionIndex:
    """*index* with the corpus, in three batches, so that tantivy has several segments."""
    changes = corpus(texts())
    for begin in range(0, len(changes), 200):
        outcomes = index.apply(changes[begin : begin + 200])
        assert {outcome.result for outcome in outcomes} == {ChangeResult.OK}
    index.refresh()
    return index
