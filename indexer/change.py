"""Changes of an index, one mention at a time, and their outcomes."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from core.mention import Mention, MentionState
from indexer.document import Document, build_document
from indexer.query.fields import FIELDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Upsert:
    """A change that stores a document, unless a later change of the mention was applied."""

    id: str
    number: int  # of the change feed, from 1: an older one never overwrites a newer one
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """A change that removes a mention, unless a later change of it was applied."""

    id: str
    number: int  # likewise


Change = Upsert | Delete


# Times of an index, in seconds since 1970: [1900, 2500). The order of tantivy ends in 2514.
EARLIEST_SECOND: Final = int(datetime(1900, 1, 1, tzinfo=UTC).timestamp())
LATEST_SECOND: Final = int(datetime(2500, 1, 1, tzinfo=UTC).timestamp())


class ChangeResult(StrEnum):
    """The result of a change."""

    OK = "ok"  # it is durable
    STALE = "stale"  # the index already has this state or a newer one: as good as ok
    REJECTED = "rejected"  # it can never be applied; see the reason
    RETRY = "retry"  # the engine was too busy; the same change may work later


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOutcome:
    """The outcome of one change."""

    id: str
    result: ChangeResult
    reason: str = ""  # of REJECTED and RETRY; never contains the text of a mention


def build_change(number: int, mention: Mention) -> Change:
    """Return the change that brings an index to the state of *mention* at *number* of the feed."""
    if mention.state is MentionState.DELETED:
        return Delete(id=mention.id, number=number)
    return Upsert(id=mention.id, number=number, document=build_document(mention))


def reject_reason(change: Change) -> str:
    """Return the reason why no engine can apply *change*; "" if there is none."""
    if not _ID.fullmatch(change.id):
        return "the id is not 32 hexadecimal digits"
    if not 0 < change.number < _MAX_NUMBER:
        return f"the change number {change.number} is not between 1 and 2^62"
    return _document_reject_reason(change) if isinstance(change, Upsert) else ""


_ID: Final = re.compile(r"[0-9a-f]{32}")
_MAX_NUMBER: Final = 1 << 62  # below the limits of both engines
_MAX_VALUE_CHARACTERS: Final = 8_000  # characters; Lucene rejects a keyword above 32,766 bytes


def _document_reject_reason(change: Upsert) -> str:
    new_document = change.document
    if new_document.id != change.id:
        return "the document belongs to another mention"
    if not EARLIEST_SECOND <= new_document.published < LATEST_SECOND:
        return f"published {new_document.published} is outside the years 1900 to 2499"
    values = [value for name in FIELDS for value in new_document.values(name)]
    if any(len(value) > _MAX_VALUE_CHARACTERS for value in values):
        return f"the value of a field is longer than {_MAX_VALUE_CHARACTERS:,} characters"
    try:
        "".join((new_document.text, new_document.words, new_document.url, *values)).encode()
    except UnicodeEncodeError:
        return "it contains a lone surrogate (half a character)"
    return ""
