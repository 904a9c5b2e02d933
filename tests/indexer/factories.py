"""Factories of documents, changes and queries, with defaults for every field."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from core.identity import mention_id
from indexer.change import Delete, Upsert
from indexer.document import Document
from indexer.histogram import HistogramBucket
from indexer.index import MentionIndex
from indexer.index_tokens import index_words
from indexer.query import Field, Phrase, Query
from indexer.query.nodes import all_of, any_of, none_of
from indexer.request import NO_FILTERS, Filters, HistogramRequest, SearchRequest
from indexer.results import SearchResponse

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = int(NOON.timestamp())


def shared(path: str) -> Path:
    """Return a file or folder of SHARED; skip the test with a message if it is missing."""
    root = Path(os.environ.get("SHARED", "../shared"))
    if not (root / path).exists():
        pytest.skip(f"SHARED has no {path}")
    return root / path


def key(name: str) -> str:
    """Return the id of the mention called *name*."""
    return mention_id(f"https://blog.example/{name}")


def make_document(name: str, text: str = "The brake is loud.", **fields: Any) -> Document:
    """Return the document of the mention called *name*, published at NOON."""
    defaults: dict[str, Any] = {
        "id": key(name),
        "words": " ".join(index_words(text)),
        "text": text,
        "url": f"https://blog.example/{name}",
        "published": SECOND,
        "first_seen": SECOND + 60,
        "source": ("blog",),
        "watch": ("acme",),
        "topic": (),
        "language": "en",
        "sentiment": None,
        "polarity": None,
        "probability": None,
        "emotion": None,
        "intent": (),
        "offensive": None,
        "voice": None,
        "family": None,
        "state": "live",
        "analysis": "scored",
        "domain": "blog.example",
        "product": (),
        "place": (),
        "tag": (),
        "link": (),
    }
    return Document(**defaults | fields)


def upsert(number: int, name: str, text: str = "The brake is loud.", **fields: Any) -> Upsert:
    """Return change *number*, an upsert of the mention called *name*."""
    return Upsert(id=key(name), number=number, document=make_document(name, text, **fields))


def delete(number: int, name: str) -> Delete:
    """Return change *number*, the deletion of the mention called *name*."""
    return Delete(id=key(name), number=number)


@cache
def posts_of_people() -> Sequence[str]:
    """Return 400 different posts as people write them, short and long, in many scripts."""
    return Path(__file__).with_name("posts.txt").read_text(encoding="utf-8").splitlines()


def random_posts(n: int) -> Sequence[str]:
    """Return *n* random posts of few words in several scripts, so that phrases repeat."""
    random = Random(7)
    vocabulary = [
        *("acme", "phone", "recall", "battery", "crème", "été", "電池", "が", "危険", "😀"),
        *("ñandú", "Straße", "İstanbul", "x1", "don't"),
    ]
    return [" ".join(random.choices(vocabulary, k=random.randint(0, 9))) for _ in range(n)]


def corpus(texts: Sequence[str]) -> list[Upsert]:
    """Return a change for each text. Several share a second; all fields have several values.

    A mention without a language has no family, either.
    """
    random = Random(11)
    languages = [random.choice(["en", "de", None]) for _ in texts]
    return [
        upsert(
            number,
            f"post{number}",
            text,
            published=SECOND - random.randrange(90) * 86_400 - random.randrange(3),
            source=tuple(random.sample(["blog", "forum", "a feed"], k=random.randint(1, 2))),
            watch=tuple(random.sample(["acme", "globex"], k=random.randint(0, 2))),
            topic=tuple(random.sample(["price", "brakes", "service"], k=random.randint(0, 3))),
            language=languages[number - 1],
            family=f"{random.randrange(60):032x}" if languages[number - 1] else None,
            sentiment=random.choice(["negative", "neutral", "positive", None]),
            emotion=random.choice(["anger", "joy", None]),
            intent=tuple(random.sample(["complaint", "churn_risk"], k=random.randint(0, 2))),
            offensive=random.choice(["yes", "no", None]),
            role=random.choice(["customer", "news"]),
            voice=f"{random.randrange(40):032x}",
            place=tuple(random.sample(["de", "de/munich", "fr"], k=random.randint(0, 2))),
            tag=tuple(random.sample(["acmefail", "电池", "a_b"], k=random.randint(0, 2))),
        )
        for number, text in enumerate(texts, start=1)
    ]


def search(
    index: MentionIndex, query: Query, filters: Filters = NO_FILTERS, **parts: Any
) -> SearchResponse:
    """Return the response of *index* to a request with *parts*."""
    return index.search(SearchRequest(query=query, filters=filters, **parts))


def histogram(
    index: MentionIndex, query: Query, filters: Filters, *, step: timedelta, zone: ZoneInfo
) -> Sequence[HistogramBucket]:
    """Return the histogram of *query* over the window of *filters*."""
    request = HistogramRequest(width=lambda _: step, zone=zone)
    return search(index, query, filters, histogram=request).histogram


def queries(texts: Sequence[str], *, leaves: int = 12) -> st.SearchStrategy[Query]:
    """Return a strategy of queries with words and phrases of *texts*."""
    words_of_texts = [words for text in texts if (words := index_words(text))]
    # Drawn by number: the description of a strategy would contain all texts.
    drawn_words = st.integers(0, len(words_of_texts) - 1).map(lambda at: words_of_texts[at])
    phrases = st.builds(_slice, drawn_words, st.integers(0, 200), st.integers(1, 3))
    fields = st.sampled_from(
        [
            *(Field("source", value) for value in ("blog", "a feed", "nowhere")),
            *(Field("sentiment", value) for value in ("negative", "positive")),
            *(Field("topic", value) for value in ("price", "brakes")),
            *(Field("emotion", "joy"), Field("intent", "churn_risk"), Field("offensive", "no")),
            Field("role", "news"),
            *(Field("language", "de"), Field("watch", "globex"), Field("analysis", "scored")),
            *(Field("place", "de"), Field("place", "de/munich"), Field("tag", "电池")),
        ]
    )
    return st.recursive(
        st.one_of(phrases, phrases, fields),
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(all_of),
            st.lists(inner, min_size=2, max_size=3).map(any_of),
            inner.map(none_of),
        ),
        max_leaves=leaves,
    )


def _slice(words: list[str], start: int, length: int) -> Phrase:
    start %= len(words)
    return Phrase(tuple(words[start : start + length]))
