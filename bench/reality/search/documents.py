"""Changes of invented mentions, alike in everything but name, text and what a case varies."""

from datetime import UTC, datetime
from typing import Final

from bench.reality.product import call
from core.identity import mention_id
from indexer.change import Upsert
from indexer.document import Document
from indexer.index_tokens import index_words

NOON: Final = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp())
"""The second of publication unless a case names another one."""


def identity(name: str) -> str:
    """Return the id of the mention called *name*."""
    return mention_id(_url(name))


def upsert(
    number: int, name: str, text: str, *, second: int = NOON, source: str = "blog"
) -> Upsert:
    """Build change *number* (from 1), which shows the mention called *name* with *text*.

    *second* is that of publication, since 1970, UTC.

    Raises:
        ProductError: *text* cannot be cut into words.
    """
    document = Document(
        id=identity(name),
        words=" ".join(call(index_words, text)),
        text=text,
        url=_url(name),
        published=second,
        first_seen=NOON + 60,
        source=(source,),
        watch=("acme",),
        topic=(),
        language="en",
        sentiment=None,
        polarity=None,
        probability=None,
        emotion=None,
        intent=(),
        offensive=None,
        voice=None,
        family=None,
        state="live",
        analysis="scored",
        domain="blog.example",
        product=(),
        place=(),
        tag=(),
        link=(),
    )
    return Upsert(id=document.id, number=number, document=document)


def _url(name: str) -> str:
    return f"https://blog.example/{name}"
