"""Values that databases might change: each round-trips exactly or is refused."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from core.identity import text_sha256
from store import mentions, tables
from store.crawl import sources
from store.database import Database
from tests.store.factories import NOON, add_sources, crawled_post, key, store_page


@pytest.fixture(autouse=True)
def _sources(record: Database) -> None:
    with record.write() as tx:
        add_sources(tx, "blog")


TEXTS = [
    "Größe 漢字 😡 𝗔 \U0010ffff",
    "\u202eevil\u202c \u2066a\u2069 فرامل",
    "quote ' double \" back \\ percent % colon :name $1 {x} \t\r\n",
    "Robert'); DROP TABLE mentions;--",
    "x" * 300_000,
    " leading and trailing ",
    "",
]


@pytest.mark.parametrize("words", TEXTS, ids=range(len(TEXTS)))
def test_text_round_trips(record, words):
    store_page(record, crawled_post("a", words))
    with record.read() as tx:
        (mention,) = mentions.get(tx, [key("a")])
    assert (mention.text, mention.text_sha256) == (words, text_sha256(words))


TIMES = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    NOON,
    datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
]


def test_times_keep_their_order_and_microseconds_from_year_1_to_9999(record):
    posts = [crawled_post(f"m{k}", published=at) for k, at in enumerate(TIMES)]
    store_page(record, *posts, at=TIMES[-1] - timedelta(minutes=5))
    with record.read() as tx:
        assert [m.published for m in mentions.all_mentions(tx, batch=2)] == TIMES


def test_time_of_any_zone_is_returned_in_utc(record):
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    store_page(record, crawled_post("a", published=tokyo))
    with record.read() as tx:
        (mention,) = mentions.get(tx, [key("a")])
    assert (mention.published, mention.published.utcoffset()) == (NOON, timedelta(0))


@pytest.mark.parametrize(
    "cursor",
    [
        {},
        {"since": 2**53 + 1, "share": 0.1 + 0.2, "small": 5e-324},
        {"größe": ["😡", None, True, {"": []}]},
        {"deep": [[[[[[[["x"]]]]]]]]},
        {"quote": "'\"\\%"},
    ],
)
def test_json_round_trips_exactly(record, cursor):
    store_page(record, cursor=cursor)
    with record.read() as tx:
        assert repr(sources.by_slug(tx, ["blog"])[0].cursor) == repr(cursor)


def test_many_ids_in_one_query(record):
    """The index step requests as many, more than one page of any crawl has."""
    store_page(record, crawled_post("a"), crawled_post("b"))
    with record.read() as tx:
        ids = [key(f"nobody-{n}") for n in range(5000)]
        rows = mentions.get(tx, [key("b"), *ids, key("a")])
    assert [m.id for m in rows] == [key("b"), key("a")]


@pytest.mark.parametrize("words", ["a\x00b", "\ud800"])
def test_text_that_one_database_refuses_stores_nothing(record, words):
    """The crawl makes every text valid before. An invalid one is nevertheless not stored in part.

    SQLite takes a NUL, PostgreSQL refuses it; neither takes half of a pair.
    """
    with suppress(DBAPIError, UnicodeEncodeError):
        store_page(record, crawled_post("good"), crawled_post("bad", words))
    with record.read() as tx:
        count = tx.execute(select(func.count()).select_from(tables.mentions)).scalar_one()
        pages = tx.execute(select(tables.runs.c.fetched)).scalar_one()
    assert count == pages
    assert pages in (0, 2)
