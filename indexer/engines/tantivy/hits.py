"""Documents of a tantivy index in the order of hits."""

from typing import Any

from indexer.document import Document
from indexer.engines.tantivy.documents import QUERIES, sort_order, stored_document
from indexer.engines.tantivy.queries import conjunction
from indexer.request import SearchRequest
from indexer.results import Hit, PageToken, build_hit

ScoredDocument = tuple[Document, float | None]  # no score if sorted by time


def hit_page(searcher: Any, compiled_query: Any, request: SearchRequest) -> list[Hit]:
    """Return the hits of the page that *request* describes, and one more if there is a next."""
    n, rank = request.size + 1, request.first_rank
    if rank is None:
        documents = newest_documents(searcher, compiled_query, request.position, n)
        return [build_hit(document, request.query) for document in documents]
    rows = ranked_documents(searcher, compiled_query, rank, n)
    return [build_hit(document, request.query, score) for document, score in rows]


def newest_documents(
    searcher: Any, compiled_query: Any, token: PageToken | None, n: int
) -> list[Document]:
    """Return the first *n* documents after *token*, newest first, ties by id.

    Fewer than *n*: there are no more.
    """
    if token:
        compiled_query = conjunction(compiled_query, QUERIES.at_or_after(sort_order(token)))
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


def ranked_documents(
    searcher: Any, compiled_query: Any, first_rank: int, n: int
) -> list[ScoredDocument]:
    """Return *n* documents from *first_rank* on, best first, ties newest first, then by id."""
    rows = _top_rows(searcher, compiled_query, first_rank + n)
    orders = searcher.fast_field_values("order", [address for _, address in rows])
    best = sorted(zip(rows, orders, strict=True), key=lambda row: (-row[0][0], -row[1]))
    return [
        (stored_document(searcher.doc(address)), score)
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
