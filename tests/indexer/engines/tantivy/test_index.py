"""What is special about the embedded engine: files, locks, and the death of its writer."""

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
from tests.indexer.factories import ask, delete, key, shown, upsert


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[TantivyIndex]:
    with TantivyIndex(tmp_path, writer=True) as index:
        index.setup()
        yield index


def folder(where: Path) -> Path:
    """Of the index that this Harken makes."""
    return where / f"v{SCHEMA}"


def test_a_closed_index_opens_again_with_all_it_knew(tmp_path, writer):
    """Mentions, and the numbers of those that were deleted."""
    writer.apply([upsert(5, "a"), upsert(6, "b"), delete(7, "b")])
    writer.close()
    with TantivyIndex(tmp_path, writer=True) as again:
        again.setup()
        assert list(again.ids()) == [key("a")]
        found = again.apply([upsert(5, "a"), upsert(6, "b"), upsert(8, "b")])
        assert [one.result for one in found] == [
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


def test_readers_follow_the_writer(tmp_path, writer):
    """Without being told, and beside the lock."""
    with TantivyIndex(tmp_path, writer=False) as reader:
        reader.setup()
        for number in (1, 2, 3):
            writer.apply([upsert(number, f"n{number}")])
            assert reader.count() == number
        writer.apply([delete(4, "n1")])
        assert reader.count() == reader.health().docs == 2


def test_a_reader_does_not_write(tmp_path, writer):
    with pytest.raises(ConfigError, match="open for reading"):
        TantivyIndex(tmp_path, writer=False).apply([upsert(1, "a")])


def test_a_reader_that_comes_first_is_told_to_wait(tmp_path):
    with pytest.raises(TransientError, match=r"There is no index in .* yet"):
        TantivyIndex(tmp_path, writer=False).setup()


def test_an_index_of_a_newer_harken_is_refused(tmp_path):
    (tmp_path / "v99").mkdir()
    for is_writer in (True, False):
        with pytest.raises(ConfigError, match="v99 was created by a newer Harken"):
            TantivyIndex(tmp_path, writer=is_writer).setup()


def test_what_an_older_schema_left_goes_when_a_writer_comes(tmp_path):
    """It is told everything again; a reader touches nothing."""
    (tmp_path / "v1" / "deep").mkdir(parents=True)
    with pytest.raises(TransientError, match=r"There is no index in .* yet"):
        TantivyIndex(tmp_path, writer=False).setup()
    assert (tmp_path / "v1").exists()
    with TantivyIndex(tmp_path, writer=True) as index:
        index.setup()
        assert index.health().docs == 0
    assert list(tmp_path.iterdir()) == [folder(tmp_path)]


def test_a_broken_index_is_to_be_rebuilt(tmp_path, writer):
    writer.close()
    (folder(tmp_path) / "meta.json").write_text("{")
    for is_writer in (True, False):
        with pytest.raises(ConfigError, match="harken rebuild"):
            TantivyIndex(tmp_path, writer=is_writer).setup()


def test_a_folder_that_is_a_file_is_a_mistake(tmp_path):
    (tmp_path / "index").write_text("")
    with pytest.raises(ConfigError, match="Not a directory"):
        TantivyIndex(tmp_path / "index", writer=True).setup()


def test_a_commit_that_fails_acknowledges_nothing(tmp_path, writer):
    """And the next one starts anew."""
    writer.apply([upsert(1, "a")])
    shutil.rmtree(folder(tmp_path))
    with pytest.raises(TransientError, match="cannot be used"):
        writer.apply([upsert(2, "b")])
    assert writer.apply([upsert(2, "b")])[0].result is ChangeResult.OK
    assert list(writer.ids()) == [key("b")]


def test_ids_that_begin_alike_are_still_in_order(writer):
    """The engine sorts by the first digits of the id only; pages must not show that."""
    ids = sorted(f"{number % 2:08x}{number:024x}" for number in range(60))
    documents = [replace(shown("x"), id=one) for one in ids]
    Random(5).shuffle(documents)
    writer.apply([Upsert(id=one.id, number=1, document=one) for one in documents])
    writer.refresh()
    seen, after = [], None
    while page := ask(writer, parse(""), size=7, page_token=after):
        seen += [hit.id for hit in page.hits]
        if (after := page.next_page_token) is None:
            break
    assert seen == ids == list(writer.ids())


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
def test_what_was_acknowledged_survives_kill_9(tmp_path):
    """Killed at any moment, the index opens at once and holds every batch that was acknowledged."""
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
                spoken = ask(index, parse(f'"w{last}"')).total
                assert spoken == 1 or replaced(index, last), f"change {last} is lost"
            assert index.count() == len(set(index.ids())) <= 300


def replaced(index: TantivyIndex, number: int) -> bool:
    """Whether a later batch, perhaps unacknowledged, has overwritten the change *number*."""
    return any(index.count(parse(f"w{number + 300 * later}")) for later in (1, 2))
