"""The embedded engine: files, locks, and a killed writer."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from core.errors import ConfigError, TransientError
from indexer.change import ChangeResult, Upsert
from indexer.document import SCHEMA
from indexer.engines.tantivy.index import TantivyIndex
from indexer.query import parse
from tests.indexer.factories import delete, key, make_document, search, upsert


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[TantivyIndex]:
    with TantivyIndex(tmp_path, writer=True) as index:
        index.setup()
        yield index


def index_folder(parent: Path) -> Path:
    """Return the folder of an index of the current schema."""
    return parent / f"v{SCHEMA}"


def test_reopened_index_has_its_mentions_and_numbers(tmp_path, writer):
    """It contains mentions, and the numbers of deletions."""
    writer.apply([upsert(5, "a"), upsert(6, "b"), delete(7, "b")])
    writer.close()
    with TantivyIndex(tmp_path, writer=True) as reopened_index:
        reopened_index.setup()
        assert list(reopened_index.ids()) == [key("a")]
        outcomes = reopened_index.apply([upsert(5, "a"), upsert(6, "b"), upsert(8, "b")])
        assert [one.result for one in outcomes] == [
            ChangeResult.STALE,
            ChangeResult.STALE,
            ChangeResult.OK,
        ]


def test_only_one_process_writes(tmp_path, writer):
    second = TantivyIndex(tmp_path, writer=True)
    with pytest.raises(TransientError, match="Another process is writing to the index"):
        second.setup()
    writer.close()
    second.setup()
    assert second.apply([upsert(1, "a")])[0].result is ChangeResult.OK
    second.close()


def test_readers_see_the_changes_of_the_writer(tmp_path, writer):
    """Readers need no message and no lock."""
    with TantivyIndex(tmp_path, writer=False) as reader:
        reader.setup()
        for number in (1, 2, 3):
            writer.apply([upsert(number, f"n{number}")])
            assert reader.count() == number
        writer.apply([delete(4, "n1")])
        assert reader.count() == reader.health().docs == 2


def test_reader_cannot_write(tmp_path, writer):
    with pytest.raises(ConfigError, match="open for reading"):
        TantivyIndex(tmp_path, writer=False).apply([upsert(1, "a")])


def test_reader_before_the_first_writer_is_a_transient_error(tmp_path):
    with pytest.raises(TransientError, match=r"There is no index in .* yet"):
        TantivyIndex(tmp_path, writer=False).setup()


def test_index_of_a_newer_harken_is_refused(tmp_path):
    (tmp_path / "v99").mkdir()
    for is_writer in (True, False):
        with pytest.raises(ConfigError, match="v99 was created by a newer Harken"):
            TantivyIndex(tmp_path, writer=is_writer).setup()


def test_writer_deletes_indices_of_an_older_schema(tmp_path):
    """All mentions are indexed again; a reader deletes nothing."""
    (tmp_path / "v1" / "deep").mkdir(parents=True)
    with pytest.raises(TransientError, match=r"There is no index in .* yet"):
        TantivyIndex(tmp_path, writer=False).setup()
    assert (tmp_path / "v1").exists()
    with TantivyIndex(tmp_path, writer=True) as index:
        index.setup()
        assert index.health().docs == 0
    assert list(tmp_path.iterdir()) == [index_folder(tmp_path)]


def test_damaged_index_is_an_error_with_a_remedy(tmp_path, writer):
    writer.close()
    (index_folder(tmp_path) / "meta.json").write_text("{")
    for is_writer in (True, False):
        with pytest.raises(ConfigError, match="harken rebuild"):
            TantivyIndex(tmp_path, writer=is_writer).setup()


def test_file_instead_of_a_folder_is_a_mistake(tmp_path):
    (tmp_path / "index").write_text("")
    with pytest.raises(ConfigError, match="Not a directory"):
        TantivyIndex(tmp_path / "index", writer=True).setup()


def test_failed_commit_acknowledges_nothing(tmp_path, writer):
    """The next commit starts with an empty index."""
    writer.apply([upsert(1, "a")])
    shutil.rmtree(index_folder(tmp_path))
    with pytest.raises(TransientError, match="cannot be used"):
        writer.apply([upsert(2, "b")])
    assert writer.apply([upsert(2, "b")])[0].result is ChangeResult.OK
    assert list(writer.ids()) == [key("b")]


def test_ids_with_equal_first_digits_are_in_order(writer):
    """The engine sorts by the first digits of the id only; pages have to be in full order."""
    ids = sorted(f"{number % 2:08x}{number:024x}" for number in range(60))
    documents = [replace(make_document("x"), id=one) for one in ids]
    Random(5).shuffle(documents)
    writer.apply([Upsert(id=one.id, number=1, document=one) for one in documents])
    writer.refresh()
    ids_of_pages, after = [], None
    while page := search(writer, parse(""), size=7, page_token=after):
        ids_of_pages += [hit.id for hit in page.hits]
        if (after := page.next_page_token) is None:
            break
    assert ids_of_pages == ids == list(writer.ids())


WRITE_FOR_EVER = """
import sys
from pathlib import Path
from indexer.engines.tantivy.index import TantivyIndex
from tests.indexer.factories import upsert
with TantivyIndex(Path(sys.argv[1]), writer=True) as index:
    index.setup()
    number = int(sys.argv[2])
    while True:
        numbers = range(number, number + 50)
        batch = [upsert(one, f"n{one % 300}", f"w{one}") for one in numbers]
        assert all(found.result == "ok" for found in index.apply(batch))
        number += 50
        print(number, flush=True)
"""


@pytest.mark.slow
def test_acknowledged_batches_survive_a_kill(tmp_path):
    """Killed at any moment, the index opens and contains every acknowledged batch."""
    random, number = Random(), 1
    for _ in range(5):
        command = [sys.executable, "-c", WRITE_FOR_EVER, str(tmp_path), str(number)]
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as child:
            assert child.stdout is not None
            for _ in range(random.randint(1, 12)):
                number = int(child.stdout.readline())
            child.send_signal(signal.SIGKILL)
            number = max([number, *map(int, child.stdout.read().split())])
        with TantivyIndex(tmp_path, writer=True) as index:
            index.setup()
            for last in range(max(1, number - 300), number):
                total = search(index, parse(f'"w{last}"')).total
                assert total == 1 or is_replaced(index, last), f"change {last} is lost"
            assert index.count() == len(set(index.ids())) <= 300


def is_replaced(index: TantivyIndex, number: int) -> bool:
    """Return whether a later batch, possibly unacknowledged, replaced the change *number*."""
    return any(index.count(parse(f"w{number + 300 * later}")) for later in (1, 2))
