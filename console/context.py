"""Adapters and settings of the console, passed in by the wiring."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from alerts.messages.completeness import Quality
from indexer.index import MentionIndex
from store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class AppContext:
    """The adapters and settings behind every page."""

    database: Database
    index: MentionIndex  # opened for reading
    engine: str  # tantivy, or the URL of an Elasticsearch
    consumer: str  # name of the index writer in the change feed
    now: Callable[[], datetime]
    base_url: str
    zone: str  # IANA time zone of the people who read the pages
    quality: Quality
    locale: str = "en"
    has_mail_server: bool = True  # False: emails are composed and kept
