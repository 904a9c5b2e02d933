"""How well we hear a server is told by what its own side says."""

import pytest

from bench.acceptance.listening import measure_server
from bench.acceptance.server import SERVERS, Server
from core import plugins
from core.errors import ConfigError
from indexer.query.watch_query import compile_watch
from tests.bench.acceptance.blog import Blog


@pytest.mark.crawl
def test_a_server_that_shows_everything_is_heard_whole():
    blog = Blog()
    row = measure_server(blog)
    assert (row["seeded"], row["recall"], row["doubled"], row["missed"]) == (3, 1.0, 0, [])
    assert (row["edits"], row["edits_seen"]) == (1, 1)
    assert row["deletes"] == 1
    assert row["bytes_first"] == row["bytes_second"] > 0  # this feed knows no conditional GET
    assert not blog.is_running


@pytest.mark.crawl
def test_what_no_visitor_finds_is_missed():
    row = measure_server(Blog(hidden=(1,)))
    assert row["recall"] == pytest.approx(2 / 3)
    assert len(row["missed"]) == 1


class Unborn(Blog):
    """Cannot start."""

    def start(self, folder):
        super().start(folder)
        raise ConfigError("no such server here")


def test_a_server_that_fails_to_start_is_stopped_all_the_same():
    unborn = Unborn()
    with pytest.raises(ConfigError, match="no such server"):
        measure_server(unborn)
    assert not unborn.is_running


@pytest.mark.parametrize("name", plugins.available(SERVERS))
def test_every_server_bears_the_name_of_its_file_and_asks_a_query_we_understand(name):
    server = plugins.load(SERVERS, name, Server)()
    assert server.name == name
    assert compile_watch(server.query)
    assert server.source()["kind"] in plugins.available("crawlers.sources")
