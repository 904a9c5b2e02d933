"""A host that asked for a rest gets it, from every source and after a restart."""

from datetime import timedelta

from store import analysis, hosts
from store.record import Record
from tests.store.making import begin, hear, heard, key

HOST = "blog.example:443"
MINUTE = timedelta(minutes=1)


def test_a_host_is_closed_until_its_time_has_come(record: Record, now):
    with record.write() as tx:
        hosts.close(tx, HOST, until=now + MINUTE)
        hosts.close(tx, "forum.example:80", until=now)
    with record.read() as tx:
        assert hosts.closed(tx, now=now) == {HOST: now + MINUTE}
        assert hosts.closed(tx, now=now + MINUTE) == {}


def test_a_newer_word_of_the_host_replaces_the_older(record: Record, now):
    with record.write() as tx:
        hosts.close(tx, HOST, until=now + 9 * MINUTE)
        hosts.close(tx, HOST, until=now + MINUTE)
        assert hosts.closed(tx, now=now) == {HOST: now + MINUTE}


def test_hosts_and_mentions_do_not_take_each_others_leases(record: Record, now):
    with record.write() as tx:
        begin(tx, "blog")
        hosts.close(tx, key("a"), until=now + MINUTE)
    hear(record, heard("a"))
    with record.write() as tx:
        assert len(analysis.lease(tx, "w", limit=9, now=now, hold=MINUTE)) == 1
        analysis.release(tx, key("a"))
        assert hosts.closed(tx, now=now) == {key("a"): now + MINUTE}
