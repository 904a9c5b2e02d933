"""The embedded engine: tantivy in a folder. One process writes, any number of them reads."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import tantivy

from core.errors import ConfigError, TransientError
from indexer.change import Change, Fate, Outcome, flaw
from indexer.document import SCHEMA, Document
from indexer.engines.tantivy.documents import entry, kept, order, prepare, schema
from indexer.engines.tantivy.queries import Compiler, both
from indexer.facets import Counted, top
from indexer.histogram import HistogramBucket, bars, epoch
from indexer.index import ALL, Filters, Health, MentionIndex, check_fields, check_size
from indexer.query import Everything, Query
from indexer.results import MOST_HITS, Hit, Mark, Page, Sort, effective, hit, mark, page, rank

WRITER_BYTES: Final = 64_000_000  # heap of the one writing thread; tantivy's least is 15 MB

_SCHEMA: Final = schema()
_QUERIES: Final = Compiler(_SCHEMA)


class TantivyIndex(MentionIndex):
    """The index in *folder*, which one process at a time may open with ``writer=True``."""

    def __init__(self, folder: Path, *, writer: bool) -> None:
        self._folder = folder / f"v{SCHEMA}"
        self._is_writer = writer
        self._index: Any = None
        self._writer: Any = None
        self._commit: object = None  # how the index file looked when it was last read

    def setup(self) -> None:
        """Open the folder; a writer makes and locks it, and takes away those of old schemas."""
        schemas = {
            int(path.name[1:]): path
            for path in self._folder.parent.glob("v*")
            if path.name[1:].isdecimal()
        }
        if newer := [path for number, path in schemas.items() if number > SCHEMA]:
            message = f"The index {newer[0]} was created by a newer Harken."
            raise ConfigError(f"{message} Use that version, or set another state folder.")
        self._opened_writer() if self._is_writer else self._opened()
        for number, path in schemas.items():
            if self._is_writer and number < SCHEMA:
                shutil.rmtree(path)

    def apply(self, batch: Sequence[Change]) -> list[Outcome]:
        """One commit a batch."""
        writer = self._opened_writer()
        try:
            known = self._numbers([change.id for change in batch])
            with _translated(self._folder):
                outcomes = [_apply(writer, change, known) for change in batch]
                writer.commit()
        except BaseException:
            self.close()  # forgets what is not committed; the next call opens anew
            raise
        return outcomes

    def refresh(self) -> None:
        """Read the newest commit."""
        self._commit = None
        self._searcher()

    def search(
        self,
        query: Query,
        filters: Filters = ALL,
        *,
        sort: Sort = Sort.NEWEST,
        size: int = 20,
        after: str | None = None,
    ) -> Page:
        """Of the newest commit."""
        check_size(size)
        searcher, wanted = self._searcher(), _QUERIES.wanted(query, filters)
        total = searcher.search(wanted, limit=1).count
        if effective(sort, query) is Sort.RELEVANCE:
            start = rank(after)
            return page(
                total, _most_relevant(searcher, wanted, query, start, size + 1), size, start
            )
        found = _newest(searcher, wanted, mark(after) if after is not None else None, size + 1)
        return page(total, [hit(document, query) for document in found], size)

    def facets(
        self, query: Query, filters: Filters = ALL, *, fields: Sequence[str], n: int = 10
    ) -> Mapping[str, Counted]:
        """With longer lists from each segment until the first n are certain."""
        check_fields(fields)
        searcher, wanted = self._searcher(), _QUERIES.wanted(query, filters)

        def ask(name: str, size: int) -> Mapping[str, Any]:
            """The first *size* of each segment."""
            terms = {"field": name, "size": size, "segment_size": size}
            values: Mapping[str, Any] = searcher.aggregate(wanted, {"top": {"terms": terms}})["top"]
            return values

        return {name: top(partial(ask, name), n) for name in fields}

    def count(self, query: Query = Everything(), filters: Filters = ALL) -> int:  # noqa: B008
        """Without reading a document."""
        return int(self._searcher().search(_QUERIES.wanted(query, filters), limit=1).count)

    def ids(self, query: Query = Everything(), filters: Filters = ALL) -> Iterator[str]:  # noqa: B008
        """Of one commit, however long the caller takes."""
        searcher, wanted = self._searcher(), _QUERIES.wanted(query, filters)
        last = None
        while found := _newest(searcher, wanted, last, MOST_HITS):
            yield from (document.id for document in found)
            last = Mark(found[-1].published, found[-1].id)

    def health(self) -> Health:
        """From the files."""
        searcher = self._searcher()
        size = sum(path.stat().st_size for path in self._folder.iterdir())
        return Health(docs=self.count(), bytes=size, detail=f"{searcher.num_segments} segments")

    def close(self) -> None:
        """Free the lock."""
        writer, self._writer, self._index, self._commit = self._writer, None, None, None
        if writer is not None:
            writer.wait_merging_threads()

    def _span(self, query: Query, filters: Filters) -> tuple[datetime, datetime] | None:
        asked = {kind: {kind: {"field": "published"}} for kind in ("min", "max")}
        answer = self._searcher().aggregate(_QUERIES.wanted(query, filters), asked)
        first, last = answer["min"]["value"], answer["max"]["value"]
        if first is None:
            return None
        return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last + 1, UTC)

    def _bars(
        self, query: Query, filters: Filters, borders: Sequence[datetime]
    ) -> list[HistogramBucket]:
        seconds = [epoch(border) for border in borders]
        ranges = [{"from": a, "to": b} for a, b in pairwise(seconds)]
        asked = {
            "range": {"field": "published", "ranges": ranges},
            "aggs": {"labels": {"terms": {"field": "sentiment"}}},
        }
        answer = self._searcher().aggregate(_QUERIES.wanted(query, filters), {"bars": asked})
        # tantivy adds a bucket before the first range, which has no start.
        return bars(borders[:-1], [b for b in answer["bars"]["buckets"] if "from" in b])

    def _opened(self) -> Any:
        if self._index is None:
            with _translated(self._folder):
                self._index = tantivy.Index.open(str(self._folder))
                prepare(self._index)
        return self._index

    def _opened_writer(self) -> Any:
        if not self._is_writer:
            raise ConfigError(f"The index {self._folder} is open for reading only.")
        if self._writer is None:
            with _translated(self._folder):
                self._folder.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(_SCHEMA, path=str(self._folder))
                prepare(self._index)
                self._writer = self._index.writer(WRITER_BYTES, 1)
        return self._writer

    def _searcher(self) -> Any:
        index = self._opened()
        with _translated(self._folder):
            found = (self._folder / "meta.json").stat()  # each commit replaces this file
            if self._commit != (found.st_ino, found.st_mtime_ns):
                index.reload()
                self._commit = (found.st_ino, found.st_mtime_ns)
        return index.searcher()

    def _numbers(self, ids: Sequence[str]) -> dict[str, int]:
        """The last change number of each of these mentions that has one."""
        searcher = self._searcher()
        if not ids or not searcher.num_docs:
            return {}
        found = searcher.search(_QUERIES.named(ids), limit=len(ids), count=False).hits
        addresses = [address for _, address in found]
        known = [searcher.doc(address)["id"][0] for address in addresses]
        return dict(zip(known, searcher.fast_field_values("number", addresses), strict=True))


def _apply(writer: Any, change: Change, known: dict[str, int]) -> Outcome:
    if reason := flaw(change):
        return Outcome(id=change.id, fate=Fate.REJECTED, reason=reason)
    if change.number <= known.get(change.id, 0):
        return Outcome(id=change.id, fate=Fate.STALE)
    if change.id in known:
        writer.delete_documents_by_term("id", change.id)
    writer.add_document(entry(change))
    known[change.id] = change.number
    return Outcome(id=change.id, fate=Fate.OK)


def _newest(searcher: Any, wanted: Any, after: Mark | None, n: int) -> list[Document]:
    """The first *n* behind *after*, newest first, ties by id; fewer only if there are no more."""
    if after:
        wanted = both(wanted, _QUERIES.up_to(order(after)))
    rows = _top(searcher, wanted, n + 1, by="order")  # one more: *after* itself is among them
    found = sorted((kept(searcher.doc(address)) for _, address in rows), key=_place)
    if after:
        found = [shown for shown in found if _place(shown) > (-after.published, after.id)]
    return found[:n]


def _most_relevant(searcher: Any, wanted: Any, query: Query, start: int, n: int) -> list[Hit]:
    rows = _top(searcher, wanted, start + n)
    orders = searcher.fast_field_values("order", [address for _, address in rows])
    best = sorted(zip(rows, orders, strict=True), key=lambda row: (-row[0][0], -row[1]))
    return [
        hit(kept(searcher.doc(address)), query, score)
        for (score, address), _ in best[start : start + n]
    ]


def _top(searcher: Any, wanted: Any, n: int, by: str | None = None) -> list[tuple[Any, Any]]:
    """The first *n* values (of *by*, else scores) with their addresses, and all that tie with them.

    tantivy cuts ties where its limit falls, and orders them by address.
    """
    limit = n + 1
    while True:
        rows: list[tuple[Any, Any]]
        rows = searcher.search(wanted, limit=limit, order_by_field=by, count=False).hits
        if len(rows) < limit:
            return rows
        whole = [row for row in rows if row[0] > rows[-1][0]]
        if len(whole) >= n:
            return whole
        limit *= 2


def _place(document: Document) -> tuple[int, str]:
    return (-document.published, document.id)


@contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Say what can be done about an error; tantivy raises ValueError for all of them."""
    try:
        yield
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        raise ConfigError(f"The index {folder} cannot be used: {error.strerror}.") from error
    except OSError as error:
        raise TransientError(f"The index {folder} cannot be used: {error.strerror}.") from error
    except ValueError as error:
        raise _translation(folder, str(error)) from error


def _translation(folder: Path, said: str) -> ConfigError | TransientError:
    if "LockBusy" in said:
        return TransientError(f"Another process is writing to the index {folder}; only one can.")
    if "DoesNotExist" in said:
        return TransientError(f"There is no index in {folder} yet: the index writer creates it.")
    if any(word in said for word in ("schema", "corrupt", "ncompatible", "version")):
        return ConfigError(
            f"The index {folder} cannot be read. Delete it, then run `harken rebuild`."
        )
    return TransientError(f"The index {folder} returned an error: {said[:200]}")
