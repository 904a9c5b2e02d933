"""The embedded engine: tantivy in a folder. One process writes, any number may read."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

import tantivy

from core.errors import ConfigError, TransientError
from indexer.change import Change, ChangeOutcome, ChangeResult, reject_reason
from indexer.document import SCHEMA, Document
from indexer.engines.tantivy.documents import (
    build_entry,
    build_schema,
    register_tokenizer,
    sort_order,
    stored_document,
)
from indexer.engines.tantivy.queries import QueryCompiler, conjunction
from indexer.facets import FacetCounts, top_values
from indexer.histogram import HistogramBucket, epoch_seconds, histogram_buckets
from indexer.index import NO_FILTERS, Filters, Health, MentionIndex, check_fields, check_size
from indexer.query import Everything, Query
from indexer.results import (
    MAX_HITS,
    Hit,
    PageToken,
    SearchResponse,
    Sort,
    build_hit,
    build_response,
    effective_sort,
    parse_page_token,
    parse_rank,
)

WRITER_BYTES: Final = 64_000_000  # heap of the single writing thread; the least of tantivy is 15 MB

_SCHEMA: Final = build_schema()
_QUERIES: Final = QueryCompiler(_SCHEMA)


class TantivyIndex(MentionIndex):
    """The index in *folder*; one process at a time may open it with ``writer=True``."""

    def __init__(self, folder: Path, *, writer: bool) -> None:
        self._folder = folder / f"v{SCHEMA}"
        self._is_writer = writer
        self._index: Any = None
        self._writer: Any = None
        self._commit: object = None  # identity of the index file at the last read

    @classmethod
    def from_options(cls, options: Any, *, state: Path, writer: bool) -> Self:  # noqa: ARG003
        """Return the index in the folder ``index`` of *state*; there are no options."""
        return cls(state / "index", writer=writer)

    def setup(self) -> None:
        """Open the folder; a writer creates and locks it, and deletes those of old schemas."""
        schemas = {
            int(path.name[1:]): path
            for path in self._folder.parent.glob("v*")
            if path.name[1:].isdecimal()
        }
        if newer_paths := [path for version, path in schemas.items() if version > SCHEMA]:
            message = f"The index {newer_paths[0]} was created by a newer Harken."
            raise ConfigError(f"{message} Use that version, or set another state folder.")
        self._open_writer() if self._is_writer else self._open_index()
        for version, path in schemas.items():
            if self._is_writer and version < SCHEMA:
                shutil.rmtree(path)

    def apply(self, batch: Sequence[Change]) -> list[ChangeOutcome]:
        """Apply *batch* in one commit."""
        writer = self._open_writer()
        try:
            numbers = self._change_numbers([change.id for change in batch])
            with _translate_errors(self._folder):
                outcomes = [_apply_change(writer, change, numbers) for change in batch]
                writer.commit()
        except BaseException:
            self.close()  # drops the uncommitted changes; the next call opens the index again
            raise
        return outcomes

    def refresh(self) -> None:
        """Load the newest commit."""
        self._commit = None
        self._searcher()

    def search(
        self,
        query: Query,
        filters: Filters = NO_FILTERS,
        *,
        sort: Sort = Sort.NEWEST,
        size: int = 20,
        page_token: str | None = None,
    ) -> SearchResponse:
        """Search the newest commit."""
        check_size(size)
        searcher, compiled_query = self._searcher(), _QUERIES.build_query(query, filters)
        total = searcher.search(compiled_query, limit=1).count
        if effective_sort(sort, query) is Sort.RELEVANCE:
            first_rank = parse_rank(page_token)
            return build_response(
                total,
                _most_relevant_hits(searcher, compiled_query, query, first_rank, size + 1),
                size,
                first_rank,
            )
        documents = _newest_documents(
            searcher,
            compiled_query,
            parse_page_token(page_token) if page_token is not None else None,
            size + 1,
        )
        return build_response(total, [build_hit(document, query) for document in documents], size)

    def facets(
        self, query: Query, filters: Filters = NO_FILTERS, *, fields: Sequence[str], n: int = 10
    ) -> Mapping[str, FacetCounts]:
        """Request longer lists from each segment until the first *n* are exact."""
        check_fields(fields)
        searcher, compiled_query = self._searcher(), _QUERIES.build_query(query, filters)

        def top_terms(name: str, size: int) -> Mapping[str, Any]:
            """Return the first *size* values of each segment."""
            terms = {"field": name, "size": size, "segment_size": size}
            values: Mapping[str, Any] = searcher.aggregate(
                compiled_query, {"top": {"terms": terms}}
            )["top"]
            return values

        return {name: top_values(partial(top_terms, name), n) for name in fields}

    def count(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> int:  # noqa: B008
        """Count without reading a document."""
        return int(self._searcher().search(_QUERIES.build_query(query, filters), limit=1).count)

    def ids(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> Iterator[str]:  # noqa: B008
        """Yield the ids of one commit, also if a later one follows meanwhile."""
        searcher, compiled_query = self._searcher(), _QUERIES.build_query(query, filters)
        last = None
        while documents := _newest_documents(searcher, compiled_query, last, MAX_HITS):
            yield from (document.id for document in documents)
            last = PageToken(documents[-1].published, documents[-1].id)

    def health(self) -> Health:
        """Return the number of documents and the size of the files."""
        searcher = self._searcher()
        size = sum(path.stat().st_size for path in self._folder.iterdir())
        return Health(docs=self.count(), bytes=size, detail=f"{searcher.num_segments} segments")

    def close(self) -> None:
        """Free the lock."""
        writer, self._writer, self._index, self._commit = self._writer, None, None, None
        if writer is not None:
            writer.wait_merging_threads()

    def _span(self, query: Query, filters: Filters) -> tuple[datetime, datetime] | None:
        aggregations = {kind: {kind: {"field": "published"}} for kind in ("min", "max")}
        answer = self._searcher().aggregate(_QUERIES.build_query(query, filters), aggregations)
        first, last = answer["min"]["value"], answer["max"]["value"]
        if first is None:
            return None
        return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last + 1, UTC)

    def _buckets(
        self, query: Query, filters: Filters, edges: Sequence[datetime]
    ) -> list[HistogramBucket]:
        seconds = [epoch_seconds(border) for border in edges]
        ranges = [{"from": a, "to": b} for a, b in pairwise(seconds)]
        aggregation = {
            "range": {"field": "published", "ranges": ranges},
            "aggs": {"labels": {"terms": {"field": "sentiment"}}},
        }
        answer = self._searcher().aggregate(
            _QUERIES.build_query(query, filters), {"bars": aggregation}
        )
        # tantivy adds a bucket without a start before the first range.
        return histogram_buckets(edges[:-1], [b for b in answer["bars"]["buckets"] if "from" in b])

    def _open_index(self) -> Any:
        if self._index is None:
            with _translate_errors(self._folder):
                self._index = tantivy.Index.open(str(self._folder))
                register_tokenizer(self._index)
        return self._index

    def _open_writer(self) -> Any:
        if not self._is_writer:
            raise ConfigError(f"The index {self._folder} is open for reading only.")
        if self._writer is None:
            with _translate_errors(self._folder):
                self._folder.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(_SCHEMA, path=str(self._folder))
                register_tokenizer(self._index)
                self._writer = self._index.writer(WRITER_BYTES, 1)
        return self._writer

    def _searcher(self) -> Any:
        index = self._open_index()
        with _translate_errors(self._folder):
            meta_stat = (self._folder / "meta.json").stat()  # each commit replaces this file
            if self._commit != (meta_stat.st_ino, meta_stat.st_mtime_ns):
                index.reload()
                self._commit = (meta_stat.st_ino, meta_stat.st_mtime_ns)
        return index.searcher()

    def _change_numbers(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the last change number of each of *ids* that is in the index."""
        searcher = self._searcher()
        if not ids or not searcher.num_docs:
            return {}
        hits = searcher.search(_QUERIES.by_id(ids), limit=len(ids), count=False).hits
        addresses = [address for _, address in hits]
        mention_ids = [searcher.doc(address)["id"][0] for address in addresses]
        return dict(zip(mention_ids, searcher.fast_field_values("number", addresses), strict=True))


def _apply_change(writer: Any, change: Change, numbers: dict[str, int]) -> ChangeOutcome:
    if reason := reject_reason(change):
        return ChangeOutcome(id=change.id, result=ChangeResult.REJECTED, reason=reason)
    if change.number <= numbers.get(change.id, 0):
        return ChangeOutcome(id=change.id, result=ChangeResult.STALE)
    if change.id in numbers:
        writer.delete_documents_by_term("id", change.id)
    writer.add_document(build_entry(change))
    numbers[change.id] = change.number
    return ChangeOutcome(id=change.id, result=ChangeResult.OK)


def _newest_documents(
    searcher: Any, compiled_query: Any, token: PageToken | None, n: int
) -> list[Document]:
    """Return the first *n* documents after *token*, newest first, ties by id.

    Fewer than *n*: there are no more.
    """
    if token:
        compiled_query = conjunction(compiled_query, _QUERIES.at_or_after(sort_order(token)))
    # One more, because the hit of *token* is one of them.
    rows = _top_rows(searcher, compiled_query, n + 1, by="order")
    documents = sorted(
        (stored_document(searcher.doc(address)) for _, address in rows), key=_sort_key
    )
    if token:
        documents = [
            document for document in documents if _sort_key(document) > (-token.published, token.id)
        ]
    return documents[:n]


def _most_relevant_hits(
    searcher: Any, compiled_query: Any, query: Query, first_rank: int, n: int
) -> list[Hit]:
    rows = _top_rows(searcher, compiled_query, first_rank + n)
    orders = searcher.fast_field_values("order", [address for _, address in rows])
    best = sorted(zip(rows, orders, strict=True), key=lambda row: (-row[0][0], -row[1]))
    return [
        build_hit(stored_document(searcher.doc(address)), query, score)
        for (score, address), _ in best[first_rank : first_rank + n]
    ]


def _top_rows(
    searcher: Any, compiled_query: Any, n: int, by: str | None = None
) -> list[tuple[Any, Any]]:
    """Return the first *n* values and their addresses, with all ties; by score unless *by* is set.

    tantivy orders ties by address and cuts them at its limit.
    """
    limit = n + 1
    while True:
        rows: list[tuple[Any, Any]]
        rows = searcher.search(compiled_query, limit=limit, order_by_field=by, count=False).hits
        if len(rows) < limit:
            return rows
        untied_rows = [row for row in rows if row[0] > rows[-1][0]]
        if len(untied_rows) >= n:
            return untied_rows
        limit *= 2


def _sort_key(document: Document) -> tuple[int, str]:
    return (-document.published, document.id)


@contextmanager
def _translate_errors(folder: Path) -> Iterator[None]:
    """Translate errors into HarkenError; tantivy raises ValueError for all of its own."""
    try:
        yield
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        raise ConfigError(f"The index {folder} cannot be used: {error.strerror}.") from error
    except OSError as error:
        raise TransientError(f"The index {folder} cannot be used: {error.strerror}.") from error
    except ValueError as error:
        raise _translate(folder, str(error)) from error


def _translate(folder: Path, message: str) -> ConfigError | TransientError:
    if "LockBusy" in message:
        return TransientError(f"Another process is writing to the index {folder}; only one can.")
    if "DoesNotExist" in message:
        return TransientError(f"There is no index in {folder} yet: the index writer creates it.")
    if any(word in message for word in ("schema", "corrupt", "ncompatible", "version")):
        return ConfigError(
            f"The index {folder} cannot be read. Delete it, then run `harken rebuild`."
        )
    return TransientError(f"The index {folder} returned an error: {message[:200]}")
