"""What stands in a tantivy index for a change, and the order it is listed in."""

import json
from typing import Any, Final

import tantivy

from indexer.change import Change, Upsert
from indexer.document import Document, restored, stored
from indexer.query.fields import FIELDS
from indexer.results import Mark

_ID_BITS: Final = 29  # of the id in the order; 35 are left for the second, and an i64 is full
_BLANKS: Final = "blanks"  # our tokenizer: words come cut


def schema() -> Any:
    """The schema of every index that this module writes."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name=_BLANKS)
    builder.add_integer_field("number", fast=True)
    builder.add_integer_field("published", indexed=True, fast=True)
    builder.add_integer_field("order", indexed=True, fast=True)
    builder.add_bytes_field("kept", stored=True)
    for name in FIELDS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def prepare(index: Any) -> None:
    """Give *index* our tokenizer, and no thread that watches its files."""
    blanks = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_BLANKS, blanks)
    index.config_reader("manual")


def entry(change: Change) -> Any:
    """What is written; for a deleted mention a grave, whose number keeps older changes away."""
    if not isinstance(change, Upsert):
        return tantivy.Document(id=change.id, number=change.number)
    shown = change.document
    values = {name: list(found) for name in FIELDS if (found := shown.values(name))}
    return tantivy.Document(
        id=change.id,
        number=change.number,
        words=shown.words,
        published=shown.published,
        order=order(Mark(shown.published, shown.id)),
        kept=json.dumps(stored(shown)).encode(),
        **values,
    )


def order(place: Mark) -> int:
    """One number, descending as the hits do: newest first, then by the first digits of the id."""
    digits = int(place.id[:8], 16) >> (32 - _ID_BITS)
    return (place.published << _ID_BITS) + (1 << _ID_BITS) - 1 - digits


def kept(entry: Any) -> Document:
    """The document in an entry that is no grave."""
    return restored(json.loads(entry["kept"][0]))
