"""The entry of a change in a tantivy index, and its sort order."""

import json
from typing import Any, Final

import tantivy

from indexer.change import Change, Upsert
from indexer.document import Document, from_stored, to_stored
from indexer.engines.tantivy.queries import QueryCompiler
from indexer.query.fields import FIELDS
from indexer.results import PageToken

_ORDER_ID_BITS: Final = 29  # of the id in the order; the second has the other 35 bits of an i64
_TOKENIZER: Final = "blanks"  # our tokenizer: words are already tokenized


def build_schema() -> Any:
    """Return the schema of every index that this module writes."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name=_TOKENIZER)
    builder.add_integer_field("number", fast=True)
    builder.add_integer_field("published", indexed=True, fast=True)
    builder.add_integer_field("order", indexed=True, fast=True)
    builder.add_bytes_field("kept", stored=True)
    for name in FIELDS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def register_tokenizer(index: Any) -> None:
    """Register our tokenizer in *index*; switch off the thread that watches its files."""
    tokenizer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_TOKENIZER, tokenizer)
    index.config_reader("manual")


def build_entry(change: Change) -> Any:
    """Return the entry of *change*.

    A deleted mention is a tombstone, whose number makes older changes stale.
    """
    if not isinstance(change, Upsert):
        return tantivy.Document(id=change.id, number=change.number)
    document = change.document
    values = {
        name: list(field_values) for name in FIELDS if (field_values := document.values(name))
    }
    return tantivy.Document(
        id=change.id,
        number=change.number,
        words=document.words,
        published=document.published,
        order=sort_order(PageToken(document.published, document.id)),
        kept=json.dumps(to_stored(document)).encode(),
        **values,
    )


def sort_order(page_token: PageToken) -> int:
    """Return a number that is descending in the order of hits.

    Hits are newest first, then by the first digits of the id.
    """
    digits = int(page_token.id[:8], 16) >> (32 - _ORDER_ID_BITS)
    return (page_token.published << _ORDER_ID_BITS) + (1 << _ORDER_ID_BITS) - 1 - digits


def stored_document(entry: Any) -> Document:
    """Return the document in an entry that is not a tombstone."""
    return from_stored(json.loads(entry["kept"][0]))


ENTRY_SCHEMA: Final = build_schema()
QUERIES: Final = QueryCompiler(ENTRY_SCHEMA)
