"""All index engines, started with options as in the settings, and a corpus to fill them."""

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
from tests.indexer.factories import corpus, posts_of_people, random_posts

NAMES = plugins.available("indexer.engines")


def start(name: str, folder: Path) -> Iterator[MentionIndex]:
    """Yield an empty index of engine *name* with files in *folder*, and delete it afterwards."""
    engine = plugins.load("indexer.engines", name, MentionIndex)
    description, words = servers.description(name), {"unique": uuid4().hex}
    if description:
        words["port"] = str(servers.port(name))
    options = {key: value.format(**words) for key, value in description.get("options", {}).items()}
    engine_index = engine.from_options(
        engine.Options.model_validate(options), state=folder, writer=True
    )
    with engine_index as index:
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
    """Return the texts of the corpus: random words first, then sentences."""
    return [*random_posts(200), *posts_of_people()]


def fill(index: MentionIndex) -> MentionIndex:
    """Fill *index* with the corpus and return it; three batches give tantivy several segments."""
    changes = corpus(texts())
    for begin in range(0, len(changes), 200):
        outcomes = index.apply(changes[begin : begin + 200])
        assert {outcome.result for outcome in outcomes} == {ChangeResult.OK}
    index.refresh()
    return index
