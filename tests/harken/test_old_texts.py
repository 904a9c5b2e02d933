"""Texts that an older Harken stored are placed in families step by step."""

import pytest
from sqlalchemy import select

from harken import old_texts
from harken.clock import Clock
from harken.old_texts import place_old_texts
from nlp.text.duplicates import fold
from store import changes, mentions
from store.analysis.history_version import history_version
from store.crawl.dates import StoredDate
from store.crawl.rows import insert_mentions
from store.database import Database
from store.migrations import upgrade
from store.tables import family_texts
from tests.store.factories import NOON, crawled_post, key

SCRIPT = (
    "The brakes of my Velorra failed on the first descent after two weeks, the shop sent me away, "
    "and nobody answers the hotline although I have called them every morning since last Monday"
)
TEXTS = (
    SCRIPT,
    f"{SCRIPT} 😡",
    SCRIPT.replace("two", "nine").replace("morning", "evening"),
    "My order 4711 of the new saddle never came, and the shop has kept my money for a month now",
    "It works.",
)
OLD_KEYS = [f"{n}" * 32 for n in range(len(TEXTS))]  # the old hash knew no similar texts


class FixedClock(Clock):
    """Clock that is always at noon."""

    def now(self):
        return NOON


@pytest.fixture
def record(empty_url, monkeypatch):
    """Return a database of the schema before the families, with mentions, upgraded."""
    monkeypatch.setattr(old_texts, "BATCH_SIZE", 2)
    database = Database(empty_url)
    upgrade(database.engine, "0014")
    posts = [crawled_post(str(n), text, family=OLD_KEYS[n]) for n, text in enumerate(TEXTS)]
    posts.append(crawled_post("none", family=None))
    dates = {post.id: StoredDate(published=NOON) for post in posts}
    with database.write() as tx:
        insert_mentions(tx, posts, dates, NOON)
    database.setup()
    yield database
    database.close()


def stored_families(record):
    with record.read() as tx:
        return [m.family for m in mentions.get(tx, [key(str(n)) for n in range(len(TEXTS))])]


def run(record, batches=99):
    return place_old_texts(record, FixedClock(), batches=batches)


def test_old_texts_get_their_families_in_bounded_steps(record):
    assert stored_families(record) == OLD_KEYS
    assert run(record, batches=1) == 2
    assert len(set(stored_families(record)) & set(OLD_KEYS)) == 3
    assert run(record) == 3
    smallest = min(fold(text).key for text in TEXTS[:3])
    assert stored_families(record) == [smallest] * 3 + [fold(t).key for t in TEXTS[3:]]
    with record.read() as tx:
        assert {i for _, i in changes.read_after(tx, 0, 99)} == {key(str(n)) for n in range(5)}
        assert set(tx.scalars(select(family_texts.c.key))) == {fold(t).key for t in TEXTS}


def test_baselines_are_rebuilt_once_at_the_end(record):
    def version():
        with record.read() as tx:
            return history_version(tx)

    run(record, batches=2)
    assert version() == 0
    run(record)
    assert version() == 1
    assert run(record) == 0
    assert version() == 1


def test_new_database_has_nothing_to_place(sqlite_record):
    assert run(sqlite_record) == 0
    with sqlite_record.read() as tx:
        assert history_version(tx) == 0


def test_text_that_was_edited_meanwhile_is_left_to_the_next_step(record, monkeypatch):
    def fold_and_edit(text):
        with record.write() as tx:
            tx.execute(mentions.mentions.update().values(text_sha256="0" * 64))
        return fold(text)

    monkeypatch.setattr(old_texts, "fold", fold_and_edit)
    assert run(record, batches=1) == 0
    assert stored_families(record) == OLD_KEYS
