"""A pause of a host applies to every source, also after a restart."""

from datetime import timedelta

from store.analysis import queue
from store.crawl import host_pauses
from store.database import Database
from tests.store.factories import add_sources, crawled_post, key, store_page

HOST = "blog.example:443"
MINUTE = timedelta(minutes=1)


def test_host_is_paused_until_its_time(record: Database, now):
    with record.write() as tx:
        host_pauses.pause(tx, HOST, until=now + MINUTE)
        host_pauses.pause(tx, "forum.example:80", until=now)
    with record.read() as tx:
        assert host_pauses.paused_hosts(tx, now=now) == {HOST: now + MINUTE}
        assert host_pauses.paused_hosts(tx, now=now + MINUTE) == {}


def test_newer_pause_replaces_the_older(record: Database, now):
    with record.write() as tx:
        host_pauses.pause(tx, HOST, until=now + 9 * MINUTE)
        host_pauses.pause(tx, HOST, until=now + MINUTE)
        assert host_pauses.paused_hosts(tx, now=now) == {HOST: now + MINUTE}


def test_pauses_and_leases_are_independent(record: Database, now):
    with record.write() as tx:
        add_sources(tx, "blog")
        host_pauses.pause(tx, key("a"), until=now + MINUTE)
    store_page(record, crawled_post("a"))
    with record.write() as tx:
        assert len(queue.lease(tx, "w", limit=9, now=now, lease_time=MINUTE)) == 1
        queue.release(tx, key("a"))
        assert host_pauses.paused_hosts(tx, now=now) == {key("a"): now + MINUTE}
