"""The embedded engine: tantivy in a folder. One process writes, any number may read."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

import tantivy

from core.errors import ConfigError
from indexer.change import Change, ChangeOutcome, ChangeResult, reject_reason
from indexer.document import SCHEMA
from indexer.engines.tantivy.documents import (
    ENTRY_SCHEMA,
    QUERIES,
    build_entry,
    register_tokenizer,
)
from indexer.engines.tantivy.errors import translate_errors
from indexer.engines.tantivy.groups import group_page
from indexer.engines.tantivy.hits import hit_page, newest_documents
from indexer.engines.tantivy.selection import TantivySelection
from indexer.index import Health, MentionIndex
from indexer.query import Everything, Query
from indexer.request import NO_FILTERS, Filters, SearchRequest
from indexer.results import MAX_HITS, PageToken, SearchResponse
from indexer.selection import count_facets, count_histogram

WRITER_BYTES: Final = 64_000_000  # heap of the single writing thread; the least of tantivy is 15 MB


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
            with translate_errors(self._folder):
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

    def search(self, request: SearchRequest) -> SearchResponse:
        """Search the newest commit, step by step."""
        searcher = self._searcher()
        compiled_query = QUERIES.build_query(request.query, request.filters)

        def select(query: Query, filters: Filters) -> TantivySelection:
            """Return the hits of *query* in the same commit."""
            return TantivySelection(searcher, QUERIES.build_query(query, filters))

        total, groups = TantivySelection(searcher, compiled_query).count(), None
        if request.group_by_family:
            page = group_page(searcher, compiled_query, request, total)
            rows, groups = page.rows, page.groups
        else:
            rows = hit_page(searcher, compiled_query, request)
        return request.build_response(
            rows,
            total=total,
            groups=groups,
            facets=count_facets(request, select),
            histogram=count_histogram(request, select),
        )

    def ids(self, query: Query = Everything(), filters: Filters = NO_FILTERS) -> Iterator[str]:  # noqa: B008
        """Yield the ids of one commit, also if a later one follows meanwhile."""
        searcher, compiled_query = self._searcher(), QUERIES.build_query(query, filters)
        last = None
        while documents := newest_documents(searcher, compiled_query, last, MAX_HITS):
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

    def _open_index(self) -> Any:
        if self._index is None:
            with translate_errors(self._folder):
                self._index = tantivy.Index.open(str(self._folder))
                register_tokenizer(self._index)
        return self._index

    def _open_writer(self) -> Any:
        if not self._is_writer:
            raise ConfigError(f"The index {self._folder} is open for reading only.")
        if self._writer is None:
            with translate_errors(self._folder):
                self._folder.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(ENTRY_SCHEMA, path=str(self._folder))
                register_tokenizer(self._index)
                self._writer = self._index.writer(WRITER_BYTES, 1)
        return self._writer

    def _searcher(self) -> Any:
        index = self._open_index()
        with translate_errors(self._folder):
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
        hits = searcher.search(QUERIES.by_id(ids), limit=len(ids), count=False).hits
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
