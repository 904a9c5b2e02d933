"""Names, template and mapping of the indices: one a month of publication, so ids stay unique."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from indexer.document import SCHEMA, Document, from_stored, to_stored

PUBLISHED: Final = "@timestamp"  # the default time field of Kibana
_KEYWORD: Final = {"type": "keyword"}
_DISPLAY_ONLY: Final = {"type": "keyword", "index": False, "doc_values": False}
_SECONDS: Final = {"type": "date", "format": "epoch_second"}

_PROPERTIES: Final[Mapping[str, Any]] = {
    PUBLISHED: _SECONDS,
    "first_seen": _SECONDS,
    "words": {"type": "text", "analyzer": "whitespace"},  # already tokenized: indexer.index_tokens
    "text": {"type": "text", "index": False},
    "url": _DISPLAY_ONLY,
    "polarity": {"type": "float"},  # a half_float stores 0.5001 as 0.5
    "probability": {"type": "float"},
    "schema": {"type": "byte"},
    **dict.fromkeys(
        ("id", "source", "watch", "topic", "language", "sentiment", "voice", "family"), _KEYWORD
    ),
    **dict.fromkeys(("emotion", "intent", "offensive", "role"), _KEYWORD),
    **dict.fromkeys(("state", "analysis", "domain", "undated"), _KEYWORD),
    **dict.fromkeys(("product", "place", "tag", "link"), _KEYWORD),
}


def month_index(prefix: str, second: int) -> str:
    """Return the name of the index of a mention published at *second*, since 1970."""
    return f"{index_pattern(prefix)[:-1]}{datetime.fromtimestamp(second, UTC):%Y.%m}"


def index_pattern(prefix: str) -> str:
    """Return the pattern of the names of all our indices."""
    return f"{prefix}-v{SCHEMA}-*"


def outdated_indices(prefix: str, names: Iterable[str]) -> list[str]:
    """Return those of *names* that have this *prefix* and an older schema, sorted."""
    name_pattern = re.compile(rf"{re.escape(prefix)}-v(\d+)-\d{{4}}\.\d{{2}}")
    matches = ((name, name_pattern.fullmatch(name)) for name in names)
    return sorted(name for name, match in matches if match and int(match[1]) < SCHEMA)


def index_template(prefix: str) -> dict[str, Any]:
    """Return the template of the index of a new month; *prefix* is the alias of all."""
    return {
        "index_patterns": [index_pattern(prefix)],
        "template": {
            "aliases": {prefix: {}},
            "settings": {
                "number_of_shards": 1,  # a month of 20 million mentions is 30 GB
                "auto_expand_replicas": "0-1",
                "refresh_interval": "5s",
                "gc_deletes": "1h",  # so long a late retry cannot restore a deleted mention
            },
            "mappings": {"dynamic": "strict", "properties": dict(_PROPERTIES)},
        },
        "_meta": {"schema": SCHEMA},
    }


def to_source(document: Document) -> dict[str, Any]:
    """Return the ``_source`` of *document*: its stored form and its words."""
    body = to_stored(document)
    body[PUBLISHED] = body.pop("published")
    body["words"] = document.words
    return body


def document_from_source(body: Mapping[str, Any]) -> Document:
    """Return the document in the ``_source`` of a hit."""
    return from_stored({**body, "published": body[PUBLISHED]})
