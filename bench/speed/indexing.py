"""Indexing: our index against its engine's own client; same documents, same commits."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

import tantivy
from elasticsearch import Elasticsearch, helpers

from bench.node import elasticsearch
from bench.shared import rows
from bench.speed.rounds import per_second, rates, with_ratio
from core.errors import HarkenError
from core.identity import mention_id
from indexer.change import ChangeResult, Upsert
from indexer.document import Document
from indexer.engines.elasticsearch.bulk import CHUNK_SIZE
from indexer.engines.elasticsearch.index import ElasticsearchIndex
from indexer.engines.elasticsearch.mapping import index_template, month_index, to_source
from indexer.engines.tantivy.documents import build_entry, build_schema, register_tokenizer
from indexer.engines.tantivy.index import WRITER_BYTES, TantivyIndex
from indexer.index import MentionIndex
from indexer.index_tokens import index_words

TEXTS: Final = "data/tweeteval_sentiment_validation.jsonl.gz"
DOCUMENTS: Final = 20_000
BATCH: Final = 1000  # changes a commit, as in the index step
NEWEST: Final = int(datetime(2026, 11, 22, tzinfo=UTC).timestamp())
SPAN: Final = int(timedelta(days=90).total_seconds())
# Rounds; the first 100,000 documents take a new JVM two to three times as long.
WARM_UP: Final = 2


def tantivy_rates() -> dict[str, float]:
    """Return documents a second into a new tantivy index."""
    changes = make_changes(_texts(), DOCUMENTS)
    documents = [build_entry(change).to_dict() for change in changes]
    peers = {"bare": partial(bare_tantivy, documents), "docs_per_s": partial(our_tantivy, changes)}
    return with_ratio("bare", "docs_per_s", rates(peers))


def elasticsearch_rates() -> dict[str, float]:
    """Return documents a second into new indices of an Elasticsearch.

    Raises:
        ConfigError: `SHARED` has no Elasticsearch.
    """
    changes = make_changes(_texts(), DOCUMENTS)
    names = map("bench{}".format, count())
    with elasticsearch() as url:
        peers = {
            "bare": lambda: _bare_elasticsearch(url, next(names), changes),
            "docs_per_s": lambda: _our_elasticsearch(url, next(names), changes),
        }
        for peer in [*peers.values()] * WARM_UP:
            peer()
        return with_ratio("bare", "docs_per_s", rates(peers))


def make_changes(texts: Sequence[str], n: int) -> list[Upsert]:
    """Return changes 1 to *n* of *n* mentions in three months, with *texts* repeated in turn."""
    chance = Random(1)
    return [_change(number, texts[number % len(texts)], chance) for number in range(1, n + 1)]


def apply_all(index: MentionIndex, changes: Sequence[Upsert]) -> None:
    """Apply *changes* in batches.

    Raises:
        HarkenError: a change failed, so the rate would be meaningless.
    """
    for start in range(0, len(changes), BATCH):
        for outcome in index.apply(changes[start : start + BATCH]):
            if outcome.result is not ChangeResult.OK:
                raise HarkenError(f"a change was {outcome.result}: {outcome.reason}")


def our_tantivy(changes: Sequence[Upsert]) -> float:
    """Return the rate of one round of ours, into a new folder."""
    with (
        tempfile.TemporaryDirectory() as folder,
        TantivyIndex(Path(folder), writer=True) as index,
    ):
        index.setup()
        return per_second(len(changes), lambda: apply_all(index, changes))


def bare_tantivy(documents: Sequence[dict[str, Any]]) -> float:
    """Return the rate of one round of tantivy's own client, with our schema and memory."""
    with tempfile.TemporaryDirectory() as folder:
        index = tantivy.Index(build_schema(), path=folder)
        register_tokenizer(index)
        writer = index.writer(WRITER_BYTES, 1)
        rate = per_second(len(documents), lambda: _write(writer, documents))
        writer.wait_merging_threads()
        return rate


def _texts() -> list[str]:
    return [row["text"] for row in rows(TEXTS)]


def _write(writer: Any, documents: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(documents), BATCH):
        for values in documents[start : start + BATCH]:
            writer.add_document(tantivy.Document(**values))
        writer.commit()


def _our_elasticsearch(url: str, name: str, changes: Sequence[Upsert]) -> float:
    with ElasticsearchIndex(url, prefix=name) as index:
        index.setup()
        rate = per_second(len(changes), lambda: apply_all(index, changes))
    _remove(url, name)
    return rate


def _bare_elasticsearch(url: str, name: str, changes: Sequence[Upsert]) -> float:
    with Elasticsearch(url, request_timeout=60) as client:
        client.indices.put_index_template(name=f"{name}-v1", **index_template(name))
        actions = [
            {
                "_index": month_index(name, change.document.published),
                "_id": change.id,
                "_source": to_source(change.document),
            }
            for change in changes
        ]
        rate = per_second(
            len(actions), lambda: helpers.bulk(client, actions, chunk_size=CHUNK_SIZE)
        )
    _remove(url, name)
    return rate


def _remove(url: str, name: str) -> None:
    with Elasticsearch(url, request_timeout=60) as client:
        for index in client.indices.get(index=f"{name}-*"):
            client.indices.delete(index=index)


def _change(number: int, text: str, chance: Random) -> Upsert:
    url = f"https://social.example/@voice{number}/{number}"
    published_s = NEWEST - chance.randrange(SPAN)
    document = Document(
        id=mention_id(url),
        words=" ".join(index_words(text)),
        text=text,
        url=url,
        published=published_s,
        first_seen=published_s + 60,
        source=("social",),
        watch=(chance.choice(("acme", "globex")),),
        topic=(chance.choice(("price", "service", "delivery")),),
        language="en",
        sentiment=chance.choice(("negative", "neutral", "positive")),
        polarity=round(chance.uniform(-1, 1), 4),
        probability=round(chance.uniform(0.4, 1), 4),
        emotion=chance.choice(("anger", "joy", "optimism", "sadness")),
        intent=(chance.choice(("complaint", "question", "praise")),),
        offensive=chance.choice(("yes", "no")),
        voice=f"{chance.randrange(DOCUMENTS):032x}",
        family=f"{number:016x}",
        state="live",
        analysis="scored",
        domain="social.example",
        product=(),
        place=chance.choice(((), ("de",), ("us", "us/new york city"))),
        tag=chance.choice(((), ("recall",), ("recall", "neveragain"))),
        link=(),
    )
    return Upsert(id=document.id, number=number, document=document)
