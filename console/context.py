"""What the console reads from, handed over by the wiring."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerts.messages.completing import Quality
from indexer.index import MentionIndex
from store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class AppContext:
    """The adapters and settings behind every page."""

    database: Database
    index: MentionIndex  # opened for reading
    engine: str  # tantivy, or the URL of an Elasticsearch
    consumer: str  # under which the index follows the change feed
    now: Callable[[], datetime]
    base_url: str
    zone: str  # IANA: the reader's clock
    quality: Quality
    locale: str = "en"
