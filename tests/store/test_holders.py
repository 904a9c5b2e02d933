"""The hold of a run on the database, and the fingerprint of the voice key."""

from dataclasses import replace

from store import holders
from store.holders import Holder
from tests.store.factories import NOON

FIRST = Holder(token="a", host="one", pid=7, folder="/srv/a", started=NOON)
SECOND = replace(FIRST, token="b", pid=8, folder="/srv/b")


def test_hold_goes_from_one_run_to_the_next(record):
    with record.write() as tx:
        assert holders.current_holder(tx) is None
        assert holders.replace_holder(tx, FIRST, None)
        assert holders.current_holder(tx) == FIRST
        assert holders.replace_holder(tx, SECOND, FIRST)
        assert holders.current_holder(tx) == SECOND


def test_of_two_that_start_together_one_gets_the_hold(record):
    with record.write() as tx:
        assert holders.replace_holder(tx, FIRST, None)
        assert not holders.replace_holder(tx, SECOND, None)
        assert holders.current_holder(tx) == FIRST


def test_run_that_beats_is_not_replaced(record):
    with record.write() as tx:
        holders.replace_holder(tx, FIRST, None)
        assert holders.beat(tx, FIRST.token)
        assert not holders.replace_holder(tx, SECOND, FIRST)
        assert holders.current_holder(tx) == replace(FIRST, beats=1)


def test_run_that_was_replaced_learns_it_and_releases_nothing(record):
    with record.write() as tx:
        holders.replace_holder(tx, FIRST, None)
        holders.replace_holder(tx, SECOND, FIRST)
        assert not holders.beat(tx, FIRST.token)
        holders.release(tx, FIRST.token)
        assert holders.current_holder(tx) == SECOND
        holders.release(tx, SECOND.token)
        assert holders.current_holder(tx) is None


def test_fingerprint_is_one(record):
    with record.write() as tx:
        assert holders.voice_key_fingerprint(tx) is None
        for fingerprint in ("aa", "aa", "bb"):
            holders.replace_voice_key_fingerprint(tx, fingerprint)
            assert holders.voice_key_fingerprint(tx) == fingerprint
